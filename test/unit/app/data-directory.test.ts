import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

import { dataDirectory, dataDirectoryNotices, keptDigestKey, passingDigestKey } from '#server/app/data-directory.js';
import { expectError } from '../../support/expect-error.js';

describe('the data directory', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cairn-data-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is what the settings say, else by the XDG base directories', () => {
    expect(dataDirectory('data', {})).to.equal(resolve('data'));
    expect(dataDirectory(null, { XDG_STATE_HOME: '/state' })).to.equal('/state/cairn');
    expect(dataDirectory(null, { XDG_STATE_HOME: '' })).to.equal(join(homedir(), '.local/state/cairn'));
  });

  it('keeps the key of digests, for the owner only', async () => {
    const directory = join(folder, 'data');
    const [made, found] = [await keptDigestKey(directory), await keptDigestKey(directory)];
    expect(Buffer.from(found).equals(made)).to.equal(true);
    expect(made.length).to.equal(32);
    const modes = await Promise.all(
      [directory, join(directory, 'keys'), join(directory, 'keys/digest.key')].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    );
    expect(modes).to.deep.equal([0o700, 0o700, 0o600]);
  });

  it('gives servers that start at once the same key', async () => {
    const keys = await Promise.all([keptDigestKey(folder), keptDigestKey(folder), keptDigestKey(folder)]);
    const kept = await readFile(join(folder, 'keys/digest.key'));
    expect(keys.every((key) => kept.equals(key))).to.equal(true);
  });

  it('refuses a key that is not whole', async () => {
    await keptDigestKey(folder);
    await writeFile(join(folder, 'keys/digest.key'), 'short');
    await expectError('CONFIG_SETTINGS_INVALID', () => keptDigestKey(folder));
  });

  it('says that it cannot be used where a file is in its place', async () => {
    const path = join(folder, 'file');
    await writeFile(path, '');
    await chmod(path, 0o600);
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => keptDigestKey(path));
    expect(error.message)
      .to.contain(path)
      .and.match(/EEXIST|ENOTDIR/);
  });

  it('is told of where everybody may write into it', async () => {
    expect(await dataDirectoryNotices(join(folder, 'none'))).to.deep.equal([]);
    await chmod(folder, 0o770);
    expect(await dataDirectoryNotices(folder)).to.deep.equal([]);
    await chmod(folder, 0o707);
    expect(await dataDirectoryNotices(folder)).to.deep.equal([
      `everybody on this machine may write into the data directory ${folder}: who replaces a folder in it chooses ` +
        'what is served; mode 0700 would keep it',
    ]);
  });

  it('has another key for each process that keeps none', () => {
    expect(Buffer.from(passingDigestKey()).equals(passingDigestKey())).to.equal(false);
  });
});
