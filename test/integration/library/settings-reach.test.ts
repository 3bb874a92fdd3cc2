import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { startCairnApp, type RunningApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { aFolder } from '../../support/folders.js';
import { aRepository, type TestRepository } from '../../support/git-repository.js';
import { startGitServer } from '../../support/git-server.js';

describe('what the settings say', () => {
  const cleanups = createCleanups();
  let repository: TestRepository;

  beforeEach(async () => {
    repository = cleanups.add(await aRepository().bare().withFile('orders.yml', 'max-items: 50\n').create());
  });
  afterEach(() => cleanups.run());

  async function start(source: object, more: object = {}): Promise<RunningApp> {
    const folder = cleanups.add(await aFolder());
    const settings = {
      sources: [{ type: 'git', ...source }],
      'data-directory': path.join(folder.path, 'data'),
      ...more,
    };
    await folder.write({ 'cairn.yml': JSON.stringify(settings) });
    return cleanups.add(await startCairnApp(path.join(folder.path, 'cairn.yml')));
  }

  it('about credentials reaches the remote', async () => {
    const remote = cleanups.add(await startGitServer(repository, { username: 'cairn', password: 'canary' }));
    const { url } = await start({ uri: remote.url, credentials: { username: 'cairn', password: 'canary' } });
    expect((await fetch(`${url}/orders/default`)).status).to.equal(200);
  });

  it('about a proxy sends the traffic there', async () => {
    const seen: string[] = [];
    const proxy = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(502).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    cleanups.add({
      close: () =>
        new Promise<void>(
          (resolve) =>
            void proxy.close(() => {
              resolve();
            }),
        ),
    });
    proxy.on('connect', (request, socket) => {
      seen.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const { port } = proxy.address() as AddressInfo;
    const { url } = await start({
      uri: 'http://git.example.com/config.git',
      proxy: { http: { host: '127.0.0.1', port } },
    });
    expect((await fetch(`${url}/orders/default`)).status).to.equal(503);
    expect(seen.join(' ')).to.contain('git.example.com');
  });

  it('about the digest key makes two servers agree on entity tags', async () => {
    const serving = { 'digest-key': 'one and the same key for both servers' };
    const one = await start({ uri: repository.uri }, { serving });
    const other = await start({ uri: repository.uri }, { serving });
    const stranger = await start({ uri: repository.uri });
    const tagOf = async ({ url }: RunningApp): Promise<string | null> =>
      (await fetch(`${url}/orders/default`)).headers.get('etag');
    expect(await tagOf(one))
      .to.be.a('string')
      .and.equal(await tagOf(other));
    expect(await tagOf(stranger)).not.to.equal(await tagOf(one));
  });

  it('about health names the broken file of an application that it looks up', async () => {
    const served = await repository.resolve('refs/heads/main');
    const broken = await repository.commit({ files: { 'orders.yml': 'max-items: [50\n' } });
    const health = { repositories: [{ application: 'orders' }] };
    const { url } = await start({ uri: repository.uri }, { health });
    const report = (await (await fetch(`${url}/actuator/health`)).json()) as {
      components: { configServer: { status: string; details: { repositories: { stale: object }[] } } };
    };
    const { status, details } = report.components.configServer;
    expect(status).to.equal('UP');
    expect(details.repositories[0]?.stale).to.deep.include({
      file: 'orders.yml',
      brokenVersion: broken,
      servedVersion: served,
    });
  });
});
