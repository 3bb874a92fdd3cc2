import { link, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readUnchanged } from '#server/backends/native/read-folder.js';
import { signatureOf, type ScannedFile } from '#server/backends/native/scan-folder.js';
import { createCleanups } from '../../support/cleanups.js';
import { aFolder, type Folder } from '../../support/folders.js';

describe('a file that was scanned', () => {
  const cleanups = createCleanups();
  let folder: Folder;
  let outside: Folder;
  beforeEach(async () => {
    folder = cleanups.add(await aFolder({ 'sub/orders.yml': 'a: 1\n' }));
    outside = cleanups.add(await aFolder({ 'orders.yml': 'a: canary\n' }));
  });
  afterEach(() => cleanups.run());

  /** As a scan notes what is there by the name, whatever the name leads to. */
  const scanned = async (name: string): Promise<ScannedFile> => {
    const stats = await stat(join(folder.path, name), { bigint: true });
    const realPath = join(await realpath(folder.path), name);
    return { realPath, size: Number(stats.size), modified: Number(stats.mtimeMs), signature: signatureOf(stats) };
  };
  const read = async (file: ScannedFile): Promise<string | undefined> => {
    const content = await readUnchanged(file);
    return content && Buffer.from(content).toString();
  };

  it('is read where it is what it was', async () => {
    expect(await read(await scanned('sub/orders.yml'))).to.equal('a: 1\n');
  });

  it('is not read through a folder that was swapped for a link, though the scan was led astray as well', async () => {
    await rename(join(folder.path, 'sub'), join(folder.path, 'gone'));
    await symlink(outside.path, join(folder.path, 'sub'));
    expect(await read(await scanned('sub/orders.yml'))).to.equal(undefined);
  });

  it('is not read through a link in its own place', async () => {
    await rm(join(folder.path, 'sub/orders.yml'));
    await symlink(join(outside.path, 'orders.yml'), join(folder.path, 'sub/orders.yml'));
    expect(await read(await scanned('sub/orders.yml'))).to.equal(undefined);
  });

  it('is not read where another is in its place, or none', async () => {
    const file = await scanned('sub/orders.yml');
    await folder.write({ 'sub/orders.yml': 'a: 2\n' });
    expect(await read(file)).to.equal(undefined);
    await rm(join(folder.path, 'sub'), { recursive: true });
    expect(await read(file)).to.equal(undefined);
  });

  it('is read where it has another name as well', async () => {
    await link(join(folder.path, 'sub/orders.yml'), join(folder.path, 'same.yml'));
    expect(await read(await scanned('same.yml'))).to.equal('a: 1\n');
  });
});
