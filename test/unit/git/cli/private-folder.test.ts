import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { withPrivateFiles } from '#server/backends/git/cli/private-folder.js';
import { createCleanups } from '../../../support/cleanups.js';
import { tempFolders } from '../../../support/temp-folders.js';

describe('private files', () => {
  const cleanups = createCleanups();
  const before = process.env['XDG_RUNTIME_DIR'];
  let base = '';
  beforeEach(async () => {
    base = await cleanups.add(tempFolders()).create();
    process.env['XDG_RUNTIME_DIR'] = base;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
    await cleanups.run();
  });

  it('lie in a folder of the user’s own, where the system has one, for as long as they are used', async () => {
    const seen = await withPrivateFiles([{ name: 'a', content: 'secret' }], async (folder) => ({
      isThere: folder.startsWith(join(base, 'cairn-git-')),
      text: await fs.readFile(join(folder, 'a'), 'utf8'),
    }));

    expect(seen).to.deep.equal({ isThere: true, text: 'secret' });
    expect(await fs.readdir(base)).to.deep.equal([]);
  });

  it('are removed also where their use fails', async () => {
    const outcome = await withPrivateFiles([], () => Promise.reject(new Error('failed'))).catch(String);

    expect([outcome, await fs.readdir(base)]).to.deep.equal(['Error: failed', []]);
  });

  it('of a process that was killed are removed by the next, those of one that lives are not', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const [left, living, other] = [`cairn-git-${pid}-x`, `cairn-git-${process.ppid}-x`, 'cairn-git'];
    for (const name of [left, living, other]) await fs.mkdir(join(base, name));
    await withPrivateFiles([], () => Promise.resolve());

    expect((await fs.readdir(base)).sort()).to.deep.equal([other, living].sort());
  });

  it('lie in the temporary folder where there is no such folder', async () => {
    process.env['XDG_RUNTIME_DIR'] = join(base, 'missing');
    const folder = await withPrivateFiles([], (one) => Promise.resolve(one));

    expect(folder.startsWith(base)).to.equal(false);
  });
});
