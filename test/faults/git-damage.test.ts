import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { aRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import type { TestGitServer } from '../support/git-server.js';
import { aStore, signal } from '../support/git-stores.js';
import type { StoreUnderTest } from '../support/git-stores.js';
import { tempFolders } from '../support/temp-folders.js';

describe('a mirror that was damaged on disk', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  interface Mirrored {
    readonly server: TestGitServer;
    readonly dataDirectory: string;
    /** The one mirror's folder. */
    readonly folder: string;
    restart(): Promise<StoreUnderTest>;
  }

  /** A mirror of two packs whose store has been closed. */
  async function mirrored(): Promise<Mirrored> {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const server = cleanups.add(await startGitServer(repository));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const restart = async (): Promise<StoreUnderTest> => {
      const served = cleanups.add(aStore(server.url, { dataDirectory }));
      await served.store.start(signal);
      return served;
    };
    const first = await restart();
    await repository.commit({ files: { 'b.yml': 'b: 1\n' } });
    await first.store.refresh({}, signal);
    await first.close();
    const [name] = await fs.readdir(join(dataDirectory, 'mirrors'));
    return { server, dataDirectory, folder: join(dataDirectory, 'mirrors', name!), restart };
  }

  async function firstOf(generation: string, extension: string): Promise<string> {
    const folder = join(generation, 'objects', 'pack');
    const names = (await fs.readdir(folder)).filter((name) => name.endsWith(extension)).sort();
    return join(folder, names[0]!);
  }

  const truncate = async (path: string): Promise<void> => fs.truncate(path, Math.floor((await fs.stat(path)).size / 2));
  async function flip(path: string): Promise<void> {
    const bytes = await fs.readFile(path);
    bytes[30] = bytes[30]! ^ 0xff;
    await fs.writeFile(path, bytes);
  }

  const damages: readonly (readonly [string, (generation: string) => Promise<unknown>])[] = [
    ['a truncated pack', async (generation) => truncate(await firstOf(generation, '.pack'))],
    ['a changed pack', async (generation) => flip(await firstOf(generation, '.pack'))],
    ['a missing pack', async (generation) => fs.rm(await firstOf(generation, '.pack'))],
    ['a garbled index', async (generation) => fs.writeFile(await firstOf(generation, '.idx'), 'garbage')],
    ['a missing index', async (generation) => fs.rm(await firstOf(generation, '.idx'))],
    ['an empty list of refs', (generation) => fs.writeFile(join(generation, 'refs.json'), '')],
    [
      'a list of refs that is something else',
      (generation) => fs.writeFile(join(generation, 'refs.json'), '{"format":1}'),
    ],
    ['a missing list of refs', (generation) => fs.rm(join(generation, 'refs.json'))],
    ['no objects at all', (generation) => fs.rm(join(generation, 'objects'), { recursive: true })],
  ];
  for (const [damage, inflict] of damages) {
    it(`by ${damage} is cloned anew at the next start`, async () => {
      const mirror = await mirrored();
      await inflict(join(mirror.folder, 'gen-1'));

      const served = await mirror.restart();

      expect([await served.text(null, 'a.yml'), await served.text(null, 'b.yml')]).to.deep.equal(['a: 1\n', 'b: 1\n']);
      expect(served.events.map(({ type }) => type)).to.include('mirror-repaired');
    });
  }

  it('by refs to commits that are missing is cloned anew at the next start', async () => {
    const mirror = await mirrored();
    const file = join(mirror.folder, 'gen-1', 'refs.json');
    const text = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, text.replaceAll(/"[0-9a-f]{40}"/g, `"${'1'.repeat(40)}"`));

    expect(await (await mirror.restart()).text(null, 'b.yml')).to.equal('b: 1\n');
  });

  it('is taken as it is with empty files of git’s own, which it does not need', async () => {
    const mirror = await mirrored();
    await fs.writeFile(join(mirror.folder, 'gen-1', 'packed-refs'), '');
    await fs.writeFile(join(mirror.folder, 'gen-1', 'HEAD'), '');
    mirror.server.mode = 'down';

    expect(await (await mirror.restart()).text(null, 'b.yml')).to.equal('b: 1\n');
  });

  it('is not ready while the remote is down, and cloned anew when it is back', async () => {
    const mirror = await mirrored();
    await truncate(await firstOf(join(mirror.folder, 'gen-1'), '.pack'));
    mirror.server.mode = 'down';
    const served = await mirror.restart();
    const { ready } = served.store.health();
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => served.version(null));
    mirror.server.mode = 'normal';

    expect(ready).to.equal(false);
    expect(await eventually(() => served.text(null, 'b.yml'))).to.equal('b: 1\n');
  });

  it('serves an older intact generation while the remote is down', async () => {
    const mirror = await mirrored();
    const newer = join(mirror.folder, 'gen-2');
    await fs.cp(join(mirror.folder, 'gen-1'), newer, { recursive: true });
    await truncate(await firstOf(newer, '.pack'));
    mirror.server.mode = 'down';

    expect(await (await mirror.restart()).text(null, 'b.yml')).to.equal('b: 1\n');
  });

  it('while it is served is cloned anew as soon as that is noticed', async () => {
    const mirror = await mirrored();
    mirror.server.mode = 'hang';
    const served = await mirror.restart();
    // Read at start were commits and trees of both packs, so they are in memory: the next store is given nothing to read.
    await served.close();
    mirror.server.mode = 'normal';
    const next = await mirror.restart();
    await next.store.refresh({}, signal);
    await fs.rm(join(mirror.folder, 'gen-1', 'objects'), { recursive: true });
    await next.store.read([{ id: '1'.repeat(40) }], signal).catch(() => undefined);

    expect(await eventually(() => next.events.find(({ type }) => type === 'mirror-repaired'))).to.deep.include({
      source: 'main',
    });
    expect(await next.text(null, 'b.yml')).to.equal('b: 1\n');
  });
});
