import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import git from 'isomorphic-git';
import { DiskObjects } from '#server/backends/git/disk-objects.js';
import type { RawObject, TooLarge } from '#server/backends/git/object-format.js';
import { createCleanups } from '../../support/cleanups.js';
import { deltaOf, idOf, PackBuilder } from '../../support/pack-builder.js';
import { tempFolders } from '../../support/temp-folders.js';

const plenty = 1024 * 1024;

describe('objects on disk', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function gitdirOf(pack: PackBuilder): Promise<string> {
    const gitdir = await cleanups.add(tempFolders()).create();
    await git.init({ fs, dir: gitdir, gitdir, bare: true, defaultBranch: 'main' });
    await pack.writeInto(gitdir);
    return gitdir;
  }

  const objectsOf = (gitdir: string, hasLooseObjects = false): DiskObjects =>
    cleanups.add(new DiskObjects({ gitdir, hasLooseObjects, cacheBytes: plenty }));

  async function packOf(pack: PackBuilder): Promise<DiskObjects> {
    return objectsOf(await gitdirOf(pack));
  }

  const text = (found: RawObject | TooLarge | undefined): string | undefined =>
    found !== undefined && 'content' in found ? `${found.type} ${found.content.toString()}` : undefined;

  it('are read whole from a pack, small ones and large ones', async () => {
    const large = randomBytes(200_000);
    const pack = new PackBuilder();
    pack.add('blob', Buffer.from('small'));
    pack.add('blob', large);
    pack.add('blob', Buffer.alloc(0));
    const objects = await packOf(pack);

    const found = await Promise.all(
      [Buffer.from('small'), large, Buffer.alloc(0)].map((content) => objects.read(idOf('blob', content), plenty)),
    );

    expect(found).to.deep.equal([
      { type: 'blob', content: Buffer.from('small') },
      { type: 'blob', content: large },
      { type: 'blob', content: Buffer.alloc(0) },
    ]);
  });

  it('are read from a pack of any name, as git reads it', async () => {
    const pack = new PackBuilder();
    pack.add('blob', Buffer.from('x'));
    const gitdir = await gitdirOf(pack);
    const folder = join(gitdir, 'objects', 'pack');
    for (const name of await fs.readdir(folder))
      await fs.rename(join(folder, name), join(folder, name.replace(/pack-.*\./, 'imported.')));

    expect(text(await objectsOf(gitdir).read(idOf('blob', Buffer.from('x')), plenty))).to.equal('blob x');
  });

  it('are put together from chains of deltas of both kinds', async () => {
    const base = Buffer.from('a'.repeat(300));
    const second = `${'a'.repeat(250)}-second`;
    const third = `${second.slice(0, 255)}-third`;
    const pack = new PackBuilder();
    const at = pack.add('blob', base);
    pack.addOffsetDelta(at, deltaOf(base.length, 250, '-second'));
    pack.addIdDelta(idOf('blob', Buffer.from(second)), deltaOf(second.length, 255, '-third'));
    const objects = await packOf(pack);

    expect(text(await objects.read(idOf('blob', Buffer.from(third)), plenty))).to.equal(`blob ${third}`);
    expect(text(await objects.read(idOf('blob', Buffer.from(second)), plenty))).to.equal(`blob ${second}`);
  });

  it('are read where they lie far behind their base and across the pieces of the file that are read at once', async () => {
    const base = Buffer.from('b'.repeat(40));
    const pack = new PackBuilder();
    const at = pack.add('blob', base);
    const fillers = Array.from({ length: 60 }, () => randomBytes(5_000));
    for (const filler of fillers) pack.add('blob', filler);
    pack.addOffsetDelta(at, deltaOf(base.length, 40, '!'));
    const objects = await packOf(pack);

    const found = await Promise.all(fillers.map((filler) => objects.read(idOf('blob', filler), plenty)));

    expect(found.map((one) => one !== undefined && 'content' in one && one.content)).to.deep.equal(fillers);
    expect(text(await objects.read(idOf('blob', Buffer.from(`${'b'.repeat(40)}!`)), plenty))).to.equal(
      `blob ${'b'.repeat(40)}!`,
    );
  });

  it('are not read past a size, whether plain or a delta, and the size is told', async () => {
    const base = Buffer.from('a'.repeat(300));
    const pack = new PackBuilder();
    const at = pack.add('blob', base);
    pack.addOffsetDelta(at, deltaOf(base.length, 300, '-more'));
    const objects = await packOf(pack);

    expect(await objects.read(idOf('blob', base), 299)).to.deep.equal({ bytes: 300 });
    expect(await objects.read(idOf('blob', Buffer.from(`${base.toString()}-more`)), 304)).to.deep.equal({ bytes: 305 });
    expect(await objects.read(idOf('blob', base), plenty)).to.deep.equal({ type: 'blob', content: base });
    expect(await objects.read(idOf('blob', base), 299)).to.deep.equal({ bytes: 300 });
  });

  it('are unknown under an id that no pack has', async () => {
    const pack = new PackBuilder();
    pack.add('blob', Buffer.from('a'));

    expect(await (await packOf(pack)).read('1'.repeat(40), plenty)).to.equal(undefined);
  });

  it('are seen in a pack that came after the first read once they are told to look again', async () => {
    const first = new PackBuilder();
    first.add('blob', Buffer.from('first'));
    const gitdir = await gitdirOf(first);
    const objects = objectsOf(gitdir);
    const id = idOf('blob', Buffer.from('second'));
    const before = await objects.read(id, plenty);
    const second = new PackBuilder();
    second.add('blob', Buffer.from('second'));
    await second.writeInto(gitdir);
    objects.refresh();

    expect(before).to.equal(undefined);
    expect(text(await objects.read(id, plenty))).to.equal('blob second');
  });

  it('of a repository with an owner are found after its packs were replaced, also from loose files', async () => {
    const packed = new PackBuilder();
    packed.add('blob', Buffer.from('packed'));
    const gitdir = await gitdirOf(packed);
    const objects = objectsOf(gitdir, true);
    const before = text(await objects.read(idOf('blob', Buffer.from('packed')), plenty));
    await fs.rm(join(gitdir, 'objects', 'pack'), { recursive: true });
    const again = new PackBuilder();
    again.add('blob', Buffer.from('packed'));
    again.add('blob', Buffer.from('new'));
    await again.writeInto(gitdir);
    const loose = await git.writeBlob({ fs, gitdir, blob: Buffer.from('loose') });

    expect(before).to.equal('blob packed');
    expect(text(await objects.read(idOf('blob', Buffer.from('new')), plenty))).to.equal('blob new');
    expect(text(await objects.read(loose, plenty))).to.equal('blob loose');
    expect(await objects.read(loose, 4)).to.deep.equal({ bytes: 5 });
  });

  const damages: readonly (readonly [string, (pack: Buffer) => Buffer])[] = [
    ['cut off', (pack) => pack.subarray(0, 20)],
    ['changed', (pack) => Buffer.concat([pack.subarray(0, 20), randomBytes(pack.length - 20)])],
    ['of another object', () => otherPack()],
  ];
  for (const [damage, inflict] of damages) {
    it(`are refused where their pack is ${damage}`, async () => {
      const pack = new PackBuilder();
      pack.add('blob', Buffer.from('a'.repeat(100)));
      const gitdir = await gitdirOf(pack);
      const folder = join(gitdir, 'objects', 'pack');
      const [name] = (await fs.readdir(folder)).filter((file) => file.endsWith('.pack'));
      await fs.writeFile(join(folder, name!), inflict(pack.bytes()));

      const outcome = await objectsOf(gitdir)
        .read(idOf('blob', Buffer.from('a'.repeat(100))), plenty)
        .catch((error: unknown) => error);

      expect(outcome).to.be.instanceOf(Error);
    });
  }

  function otherPack(): Buffer {
    const pack = new PackBuilder();
    pack.add('blob', Buffer.from('b'.repeat(100)));
    return pack.bytes();
  }

  it('are refused where a loose file is no object', async () => {
    const gitdir = await gitdirOf(new PackBuilder());
    await fs.mkdir(join(gitdir, 'objects', '11'));
    await fs.writeFile(join(gitdir, 'objects', '11', '1'.repeat(38)), 'garbage');

    const outcome = await objectsOf(gitdir, true)
      .read('1'.repeat(40), plenty)
      .catch((error: unknown) => error);

    expect(outcome).to.be.instanceOf(Error);
  });
});
