import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { ask, jsonOf } from '../../support/ask.js';
import { startCairnApp, type RunningApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { aRepository } from '../../support/git-repository.js';
import { startGitServer, type TestGitServer } from '../../support/git-server.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import { tempFolders } from '../../support/temp-folders.js';

/** Counts who connects: nobody should. */
interface Trap {
  readonly port: number;
  readonly connections: () => number;
  close(): Promise<void>;
}

async function aTrap(): Promise<Trap> {
  let count = 0;
  const server: Server = createServer((socket) => {
    count += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.close();
    await once(server, 'close');
  };
  return { port, connections: () => count, close };
}

describe('where the server connects to', () => {
  const cleanups = createCleanups();
  let remote: TestGitServer;
  let trap: Trap;
  let server: RunningApp;

  before(async () => {
    const repository = cleanups.add(await aRepository().bare().withFile('orders.yml', 'a: 1\n').create());
    remote = cleanups.add(await startGitServer(repository, { others: { 'orders-dev-main': repository } }));
    trap = cleanups.add(await aTrap());
    const base = `http://127.0.0.1:${remote.port}`;
    const folder = cleanups.add(await aSettingsFolder());
    const settings = JSON.stringify({
      'data-directory': await cleanups.add(tempFolders()).create(),
      observability: { log: { level: 'silent' } },
      sources: [
        {
          type: 'git',
          uri: `${base}/config.git`,
          'refresh-interval': 'never',
          repositories: [
            { name: 'all', pattern: ['orders/dev*'], uri: `${base}/{application}-{profile}-{label}.git` },
            { name: 'deep', pattern: ['*/*'], uri: `${base}/{profile}/{label}/{application}.git` },
          ],
        },
      ],
    });
    server = cleanups.add(await startCairnApp(await folder.write('cairn.json', settings)));
  });
  after(() => cleanups.run());

  /** Where a request made the server ask, and what it was answered. */
  async function led(path: string, headers: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> {
    const before = remote.requests.length;
    const reply = await ask(server.port, { path, headers });
    const code = reply.status === 200 ? 200 : jsonOf(reply)['code'];
    return [code, [...new Set(remote.requests.slice(before).map(({ path: asked }) => asked.replace(/\?.*/, '')))]];
  }

  it('follows the application, the profile and the label within the path', async () => {
    expect(await led('/orders/dev/main')).to.deep.equal([
      200,
      ['/orders-dev-main.git/info/refs', '/orders-dev-main.git/git-upload-pack'],
    ]);
  });

  const names = (): readonly string[] => [
    `127.0.0.1:${trap.port}`,
    `@127.0.0.1:${trap.port}`,
    `x@127.0.0.1:${trap.port}(_)a`,
    `(_)(_)127.0.0.1:${trap.port}`,
    `http:(_)(_)127.0.0.1:${trap.port}`,
    encodeURIComponent(`http://127.0.0.1:${trap.port}/`),
    encodeURIComponent(`//127.0.0.1:${trap.port}`),
    encodeURIComponent(`..//127.0.0.1:${trap.port}`),
    encodeURIComponent(`dev?@127.0.0.1:${trap.port}`),
    encodeURIComponent(`dev#@127.0.0.1:${trap.port}`),
    encodeURIComponent('ext::sh -c touch% x'),
    '--upload-pack=touch',
    'dev%0d%0aHost:%20evil.example',
    'dev%20HTTP(_)1.1',
    'file:(_)(_)(_)etc',
    '%24%7Bjndi:ldap:(_)(_)127.0.0.1%7D',
  ];

  for (const [part, write] of [
    ['the application', (name: string) => `/${name}/dev/main`],
    ['the profile', (name: string) => `/orders/${name}/main`],
    ['a profile among others', (name: string) => `/orders/dev,${name}/main`],
    ['the label', (name: string) => `/orders/dev/${name}`],
    ['the label of a file', (name: string) => `/orders/dev/${name}/x.txt`],
    ['the label of a rendition', (name: string) => `/${name}/orders-dev.yml`],
  ] as const)
    it(`is nowhere else, whatever ${part} is`, async () => {
      const before = remote.requests.length;
      for (const name of names()) await ask(server.port, { path: write(name) });
      const elsewhere = remote.requests
        .slice(before)
        .filter(
          ({ path }) =>
            !/^\/(?:[\w.-]+\/)*[\w.-]+\.git\/(?:info\/refs|git-upload-pack)(?:\?service=git-upload-pack)?$/.test(
              path,
            ) || path.includes('..'),
        );
      expect({ elsewhere, connections: trap.connections() }).to.deep.equal({ elsewhere: [], connections: 0 });
    });

  it('is nowhere that a header names', async () => {
    const host = `127.0.0.1:${trap.port}`;
    for (const header of [
      'host',
      'x-forwarded-host',
      'x-forwarded-for',
      'x-project-id',
      'x-config-uri',
      'referer',
      'destination',
    ])
      await led('/orders/dev/main', { [header]: host });
    expect(trap.connections()).to.equal(0);
  });

  it('is nowhere that a webhook names', async () => {
    const url = `http://127.0.0.1:${trap.port}/config.git`;
    const body = JSON.stringify({
      ref: 'refs/heads/main',
      repository: { clone_url: url, html_url: url, ssh_url: url, git_url: url, url },
      commits: [{ modified: ['orders.yml'] }],
    });
    const headers = { 'content-type': 'application/json', 'x-github-event': 'push' };
    expect((await ask(server.port, { path: '/monitor', method: 'POST', headers, body })).status).to.equal(200);
    expect(trap.connections()).to.equal(0);
  });
});
