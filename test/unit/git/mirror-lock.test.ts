import { promises as fs } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockMirror } from '#server/backends/git/mirror-lock.js';
import { expectError } from '../../support/expect-error.js';
import { tempFolders } from '../../support/temp-folders.js';

describe('mirror lock', () => {
  const folders = tempFolders();
  afterEach(() => folders.remove());

  const deadPid = 2 ** 22 + 1;

  async function heldBy(holder: unknown, ageMs = 0): Promise<string> {
    const folder = await folders.create();
    const path = join(folder, 'lock');
    await fs.writeFile(path, typeof holder === 'string' ? holder : JSON.stringify(holder));
    const time = new Date(Date.now() - ageMs);
    await fs.utimes(path, time, time);
    return folder;
  }

  it('is held until it is released, and then by another', async () => {
    const folder = await folders.create();
    const first = await lockMirror(folder);
    await expectError('CONFIG_MIRROR_LOCKED', () => lockMirror(folder));
    await first.release();
    const second = await lockMirror(folder);

    expect([await first.isHeld(), await second.isHeld()]).to.deep.equal([false, true]);
    await second.release();
    expect(await fs.readdir(folder)).to.deep.equal([]);
  });

  const taken = [
    ['a process of this host that is dead', { pid: deadPid, host: hostname(), id: 'x' }, 0],
    ['a former process with this very pid', { pid: process.pid, host: hostname(), id: 'x' }, 0],
    ['a process of another host that has not touched it for long', { pid: 1, host: 'other', id: 'x' }, 61_000],
    [
      'a live process of this host that has not touched it for long',
      { pid: process.ppid, host: hostname(), id: 'x' },
      61_000,
    ],
    ['nobody that can be read, and for long', 'garbage', 61_000],
  ] as const;
  for (const [by, holder, age] of taken) {
    it(`is taken over from ${by}`, async () => {
      const lock = await lockMirror(await heldBy(holder, age));

      expect(await lock.isHeld()).to.equal(true);
      await lock.release();
    });
  }

  const refused = [
    ['a live process of this host', { pid: process.ppid, host: hostname(), id: 'x' }],
    ['a process of another host that may live', { pid: deadPid, host: 'other', id: 'x' }],
    ['a process that is just writing it', ''],
  ] as const;
  for (const [by, holder] of refused) {
    it(`is left to ${by}`, async () => {
      const folder = await heldBy(holder);

      await expectError('CONFIG_MIRROR_LOCKED', () => lockMirror(folder));
    });
  }

  it('is not removed by one it has been taken from', async () => {
    const folder = await folders.create();
    const lost = await lockMirror(folder);
    await fs.writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.ppid, host: hostname(), id: 'other' }));
    await lost.release();

    expect(await fs.readdir(folder)).to.deep.equal(['lock']);
  });
});
