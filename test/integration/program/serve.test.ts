import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { aRepository } from '../../support/git-repository.js';
import type { TestRepository } from '../../support/git-repository.js';
import { endPrograms, startProgram } from '../../support/program-process.js';

describe('the program', () => {
  let folder: string;
  let repository: TestRepository;
  let settings: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cairn-program-'));
    repository = await aRepository().withFile('orders.yml', 'max-items: 50\n').create();
    settings = await config('cairn.yml', `sources: [{ type: git, uri: "${repository.uri}" }]\n`);
  });
  afterEach(endPrograms);
  after(async () => {
    await repository.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function config(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`takes any free port, prints it, serves, and ends with 0 on ${signal}`, async () => {
      const cairn = startProgram(['serve', '--config', settings, '--port', '0']);
      expect(await sourcesOf(await cairn.url)).to.deep.equal([{ 'max-items': 50 }]);
      cairn.signal(signal);
      expect(await cairn.ended).to.equal(0);
      expect(cairn.output()).to.contain(`stopping: ${signal}`).and.contain('"msg":"stopped"');
    });
  }

  it("takes a file with the reference's names and says what has no effect", async () => {
    const server = { git: { uri: repository.uri }, overrides: { forced: 'yes' } };
    const text = JSON.stringify({ spring: { cloud: { config: { server } } }, eureka: { client: { enabled: true } } });
    const cairn = startProgram(['serve', '--config', await config('application.yml', text), '--port', '0']);
    expect(await sourcesOf(await cairn.url)).to.deep.equal([{ forced: 'yes' }, { 'max-items': 50 }]);
    expect(cairn.output()).to.contain('without effect: `eureka.client.enabled`');
  });

  it('serves a folder by the native backend, all told by the environment', async () => {
    const dir = join(folder, 'native');
    await mkdir(dir);
    await writeFile(join(dir, 'orders.yml'), 'max-items: 7\n');
    const env = {
      CAIRN_SOURCES__0__TYPE: 'native',
      CAIRN_SOURCES__0__SEARCH_LOCATIONS: dir,
      CAIRN_PORT: '0',
      CAIRN_DATA_DIRECTORY: join(folder, 'data'),
    };
    const cairn = startProgram(['serve'], { env, cwd: dir });
    expect(await sourcesOf(await cairn.url)).to.deep.equal([{ 'max-items': 7 }]);
    cairn.signal('SIGTERM');
    expect(await cairn.ended).to.equal(0);
    expect((await readFile(join(folder, 'data/keys/digest.key'))).length).to.equal(32);
  });

  it('answers with the same ETag after a restart where a data directory is set', async () => {
    const args = ['serve', '--config', settings, '--port', '0', '--data-directory', join(folder, 'kept')];
    const tags: (string | null)[] = [];
    for (const cairn of [startProgram(args), startProgram(args)]) {
      tags.push((await fetch(`${await cairn.url}/orders/default`)).headers.get('etag'));
    }
    expect(tags[0]).to.be.a('string').and.equal(tags[1]);
  });

  it('finishes a request in flight before it ends', async () => {
    const cairn = startProgram(['serve', '--config', settings, '--port', '0']);
    const url = await cairn.url;
    const socket = await unfinishedRequest(url);
    cairn.signal('SIGTERM');
    await untilRefused(url);
    socket.write('\r\n');
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(chunk.toString()).to.match(/^HTTP\/1\.1 200/);
    expect(await cairn.ended).to.equal(0);
  });

  it('ends at once on a second signal', async () => {
    const cairn = startProgram(['serve', '--config', settings, '--port', '0']);
    const url = await cairn.url;
    await unfinishedRequest(url);
    cairn.signal('SIGTERM');
    await untilRefused(url);
    cairn.signal('SIGTERM');
    expect(await cairn.ended).to.equal(143);
  });

  it('says on stderr that a port cannot be had, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const cairn = startProgram(['serve', '--config', settings, '--port', String(port)]);
    expect(await cairn.ended).to.equal(1);
    expect(cairn.output())
      .to.contain('cairn: CONFIG_LISTEN_FAILED: ')
      .and.not.match(/\n {4}at /);
    other.close();
  });

  it('starts with a remote that is down, is not ready, and does not show its credentials', async () => {
    const uri = 'http://ann:canary@127.0.0.1:1/config.git';
    const path = await config(
      'down.yml',
      `data-directory: ${join(folder, 'down')}\nsources: [{ type: git, uri: "${uri}" }]\n`,
    );
    const cairn = startProgram(['serve', '--config', path, '--port', '0']);
    const url = await cairn.url;
    const probes = await Promise.all(
      ['/readiness', '/liveness', ''].map(async (name) => (await fetch(`${url}/actuator/health${name}`)).status),
    );
    expect(probes).to.deep.equal([503, 200, 503]);
    expect((await fetch(`${url}/orders/default`)).status).to.equal(503);
    const health = await (await fetch(`${url}/actuator/health`)).text();
    expect(health).to.contain('127.0.0.1:1/config.git');
    cairn.signal('SIGTERM');
    expect(await cairn.ended).to.equal(0);
    expect(health + cairn.output()).not.to.contain('canary');
  });
});

async function sourcesOf(url: string): Promise<unknown[]> {
  const answer = (await (await fetch(`${url}/orders/default`)).json()) as { propertySources: { source: unknown }[] };
  return answer.propertySources.map(({ source }) => source);
}

/** A request whose last line the server waits for, after an answer that shows that the server has its first. */
async function unfinishedRequest(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('GET /orders/default HTTP/1.1\r\nHost: x\r\n');
  await fetch(`${url}/actuator/health/liveness`);
  return socket;
}

async function untilRefused(url: string): Promise<void> {
  const isRefused = (): Promise<boolean> =>
    fetch(`${url}/actuator/health/liveness`).then(
      () => false,
      () => true,
    );
  while (!(await isRefused()));
}
