import { execFile } from 'node:child_process';
import { mkdir, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createNativeBackend } from '#server/backends/native/native-backend.js';
import type { NativeBackendOptions } from '#server/backends/native/native-backend.js';
import type { Backend } from '#server/backends/backend.js';
import { expectError } from '../../support/expect-error.js';
import { aFolder } from '../../support/folders.js';
import type { Folder } from '../../support/folders.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { recordEvents } from '../../support/record-events.js';

describe('native backend', () => {
  let folder: Folder;
  const opened: Backend[] = [];

  beforeEach(async () => {
    folder = await aFolder();
  });
  afterEach(async () => {
    for (const backend of opened.splice(0)) await backend.close();
    await folder.remove();
  });

  const start = async (options: Partial<NativeBackendOptions> = {}): Promise<Backend> => {
    const { emit } = recordEvents();
    const backend = createNativeBackend({ name: 'files', searchLocations: [folder.path], emit, ...options });
    opened.push(backend);
    await backend.start(noAbort());
    return backend;
  };
  const keysOf = async (backend: Backend, query = 'orders'): Promise<object> => {
    const { sources } = await backend.resolve(aQuery(query), noAbort());
    const entries = sources.toReversed().flatMap(({ properties }) => [...properties]);
    return Object.fromEntries(entries.map(([key, { value }]) => [key, String(value)]));
  };
  const nextMove = (backend: Backend): Promise<void> =>
    new Promise((resolve) => {
      const unsubscribe = backend.onVersionChange(() => {
        unsubscribe();
        resolve();
      });
    });

  it('sees a changed file by notification, without being asked', async () => {
    await folder.write({ 'orders.yml': 'a: 1\n' });
    const backend = await start({ sweepMs: 600_000 });
    const moved = nextMove(backend);
    await folder.write({ 'orders.yml': 'a: 2\n' });
    await moved;
    expect(await keysOf(backend)).to.deep.equal({ a: '2' });
  });

  it('sees a changed file by its sweep where there are no notifications', async () => {
    await folder.write({ 'orders.yml': 'a: 1\n' });
    const backend = await start({ sweepMs: 5, watch: () => ({ update: () => false, close: () => undefined }) });
    const moved = nextMove(backend);
    await folder.write({ 'orders.yml': 'a: 2\n' });
    await moved;
    expect(await keysOf(backend)).to.deep.equal({ a: '2' });
  });

  it('sees the symbolic links of a Kubernetes volume swapped, all files at once', async () => {
    const version = (name: string, value: string) => ({
      [`..${name}/orders.yml`]: `a: ${value}\n`,
      [`..${name}/application.yml`]: `b: ${value}\n`,
    });
    await folder.write(version('one', '1'));
    await symlink('..one', join(folder.path, '..data'));
    for (const file of ['orders.yml', 'application.yml']) await symlink(`..data/${file}`, join(folder.path, file));
    const backend = await start({ sweepMs: 600_000 });
    expect(await keysOf(backend)).to.deep.equal({ a: '1', b: '1' });
    await folder.write(version('two', '2'));
    await symlink('..two', join(folder.path, '..data_tmp'));
    const moved = nextMove(backend);
    await rename(join(folder.path, '..data_tmp'), join(folder.path, '..data'));
    await rm(join(folder.path, '..one'), { recursive: true });
    await moved;
    expect(await keysOf(backend)).to.deep.equal({ a: '2', b: '2' });
  });

  it('leaves out symbolic links that leave the folder, and says so', async () => {
    const outside = await aFolder({ 'secret.yml': 'secret: canary\n', 'inner/x.txt': 'canary\n' });
    const { emit, events } = recordEvents();
    await symlink(join(outside.path, 'secret.yml'), join(folder.path, 'orders.yml'));
    await symlink(join(outside.path, 'inner'), join(folder.path, 'inner'));
    const backend = await start({ emit });
    expect(await keysOf(backend)).to.deep.equal({});
    await expectError('CONFIG_RESOURCE_NOT_FOUND', () => backend.readFile(aQuery('orders'), 'inner/x.txt', noAbort()));
    expect(events.filter(({ type }) => type === 'notice')).to.have.length(2);
    await outside.remove();
  });

  it('follows links within the folder, and ends with those that go round', async () => {
    await folder.write({ 'shared/orders.yml': 'a: 1\n' });
    await symlink('shared', join(folder.path, 'common'));
    await symlink('..', join(folder.path, 'shared/up'));
    const backend = await start({ searchLocations: [folder.path, `${folder.path}/common`] });
    expect(await keysOf(backend)).to.deep.equal({ a: '1' });
  });

  it('never serves hidden files, or what is not a regular file', async () => {
    await folder.write({ '.env': 'x\n', '.git/config': 'x\n', 'orders.yml': 'a: 1\n' });
    await promisify(execFile)('mkfifo', [join(folder.path, 'pipe.yml')]);
    const backend = await start();
    for (const path of ['.env', '.git/config', 'pipe.yml'])
      await expectError('CONFIG_RESOURCE_NOT_FOUND', () => backend.readFile(aQuery('orders'), path, noAbort()));
    expect(await keysOf(backend, 'pipe')).to.deep.equal({});
  });

  it('is not ready without its folder, and serves when it comes', async () => {
    const path = join(folder.path, 'later');
    const backend = await start({ searchLocations: [path] });
    const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => keysOf(backend));
    expect(error.message).to.not.contain(folder.path);
    expect([backend.health().ready, backend.health().error]).to.deep.equal([
      false,
      'None of the search locations is a folder.',
    ]);
    await folder.write({ 'later/orders.yml': 'a: 1\n' });
    expect(await keysOf(backend)).to.deep.equal({ a: '1' });
    expect(backend.health().ready).to.equal(true);
  });

  it('goes on serving the last good copy when its folder goes away, and says so', async () => {
    await folder.write({ 'conf/orders.yml': 'a: 1\n' });
    const { emit, events } = recordEvents();
    const backend = await start({ searchLocations: [`${folder.path}/conf`], emit, sweepMs: 600_000 });
    await rm(join(folder.path, 'conf'), { recursive: true });
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.refresh({}, noAbort()));
    expect(await keysOf(backend)).to.deep.equal({ a: '1' });
    expect([backend.health().ready, backend.health().error]).to.deep.equal([
      true,
      'None of the search locations is a folder.',
    ]);
    // In one step: a notification between the folder and its file would tell of an empty folder too.
    await folder.write({ 'next/orders.yml': 'a: 2\n' });
    await rename(join(folder.path, 'next'), join(folder.path, 'conf'));
    await backend.refresh({}, noAbort());
    expect(events.map(({ type }) => type)).to.deep.equal([
      'source-synced',
      'source-failed',
      'source-recovered',
      'source-synced',
    ]);
  });

  it('waits for a file that is being written, and never serves a half of it', async () => {
    await folder.write({ 'orders.yml': 'a: 1\nb: 1\n' });
    const backend = await start({ quietMs: 500, sweepMs: 600_000 });
    const handle = await open(join(folder.path, 'orders.yml'), 'w');
    await handle.write('a: 2\n');
    const looking = backend.refresh({}, noAbort());
    await handle.write('b: 2\n');
    await handle.close();
    await looking;
    expect(await keysOf(backend)).to.deep.equal({ a: '2', b: '2' });
  });

  it('never mixes two states of files that change together', async () => {
    const state = async (value: number): Promise<void> => {
      await mkdir(join(folder.path, `..v${value}`));
      for (const file of ['application', 'orders', 'orders-dev'])
        await writeFile(join(folder.path, `..v${value}`, `${file}.yml`), `${file}: ${value}\n`);
      await symlink(`..v${value}`, join(folder.path, '..next'));
      await rename(join(folder.path, '..next'), join(folder.path, '..data'));
    };
    await state(0);
    for (const file of ['application', 'orders', 'orders-dev'])
      await symlink(`..data/${file}.yml`, join(folder.path, `${file}.yml`));
    const backend = await start({ sweepMs: 600_000 });
    const seen: string[] = [];
    for (let value = 1; value <= 30; value += 1) {
      const [, keys] = await Promise.all([state(value), keysOf(backend, 'orders/dev')]);
      seen.push([...new Set(Object.values(keys))].join());
    }
    expect(seen.filter((values) => values.includes(','))).to.deep.equal([]);
  });

  it('reads single files with their variants for profiles, and nothing beside them', async () => {
    await folder.write({ 'shared.yml': 'a: 1\n', 'shared-dev.yml': 'b: 2\n', 'orders.yml': 'c: 3\n' });
    const backend = await start({ searchLocations: [`file:${folder.path}/shared.yml`] });
    expect(await keysOf(backend, 'orders/dev')).to.deep.equal({ a: '1', b: '2' });
    await expectError('CONFIG_RESOURCE_NOT_FOUND', () => backend.readFile(aQuery('orders'), 'orders.yml', noAbort()));
  });

  it('expands placeholders in its locations, and names files in full', async () => {
    await folder.write({ 'orders/dev/orders.yml': 'a: 1\n', 'v2/orders.yml': 'b: 2\n' });
    const searchLocations = [`optional:file:${folder.path}/{application}/{profile}`, `${folder.path}/{label}/`];
    const backend = await start({ searchLocations, version: 'r7' });
    const { sources, version, state } = await backend.resolve(aQuery('orders/dev/v2'), noAbort());
    expect([version, state, sources.map(({ name }) => name)]).to.deep.equal([
      'r7',
      null,
      [`file:${folder.path}/v2/orders.yml`, `file:${folder.path}/orders/dev/orders.yml`],
    ]);
  });

  it('imports by full paths within its locations only', async () => {
    const outside = await aFolder({ 'x.yml': 'secret: canary\n' });
    const imports = `file:${folder.path}/lib/one.yml,${outside.path}/x.yml,../${outside.path.split('/').at(-1)!}/x.yml`;
    await folder.write({ 'orders.yml': `spring.config.import: ${imports}\n`, 'lib/one.yml': 'a: 1\n' });
    expect(await keysOf(await start())).to.deep.equal({ 'spring.config.import': imports, a: '1' });
    await outside.remove();
  });

  it('shows broken files by their path in the folder, never by the machine path', async () => {
    await folder.write({ 'sub/orders.yml': 'spring.profiles: x\n', 'billing.yml': 'a: [\n' });
    const backend = await start({ searchLocations: [folder.path, `${folder.path}/sub`] });
    for (const [application, file] of [
      ['orders', 'sub/orders.yml'],
      ['billing', 'billing.yml'],
    ] as const) {
      const error = await expectError('CONFIG_FILE_INVALID', () => keysOf(backend, application));
      expect(error).to.have.nested.property('position.file', file);
      expect(error.message).to.not.contain(folder.path);
    }
  });

  it('reads a resource as it is now, although it changed without notice', async () => {
    await folder.write({ 'motd.txt': 'one\n' });
    const backend = await start({ sweepMs: 600_000 });
    await unlink(join(folder.path, 'motd.txt'));
    await folder.write({ 'motd.txt': 'two\n' });
    const { content } = await backend.readFile(aQuery('orders'), 'motd.txt', noAbort());
    expect(Buffer.from(content).toString()).to.equal('two\n');
  });

  it('refuses folders past its limits', async () => {
    await folder.write({ 'a.yml': 'a: 1\n', 'b.yml': 'b: 1\n' });
    for (const limits of [{ files: 1 }, { totalBytes: 9 }]) {
      const backend = await start({ limits });
      const error = await expectError('CONFIG_SOURCE_UNAVAILABLE', () => backend.refresh({}, noAbort()));
      expect(error.message).to.contain(' have more than ');
    }
  });

  for (const location of ['', 'http://host/x', 'configserver:', '/', 'file:///', '/{application}'])
    it(`refuses the search location ${JSON.stringify(location)}`, () =>
      expectError('CONFIG_SETTINGS_INVALID', () =>
        createNativeBackend({ name: 'x', searchLocations: [location], emit: () => undefined }),
      ));

  it('leaves class path locations out, and refuses to have no other', async () => {
    const { emit, events } = recordEvents();
    await start({ searchLocations: ['classpath:/config/', folder.path], emit });
    expect(events[0]).to.deep.equal({
      type: 'notice',
      message: 'The search location "classpath:/config/" of "files" is left out: there is no class path.',
    });
    await expectError('CONFIG_SETTINGS_INVALID', () =>
      createNativeBackend({ name: 'x', searchLocations: ['classpath:/'], emit }),
    );
  });

  it('answers no more once it is closed', async () => {
    const backend = await start({ searchLocations: [join(folder.path, 'none')] });
    await backend.close();
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => keysOf(backend));
  });
});
