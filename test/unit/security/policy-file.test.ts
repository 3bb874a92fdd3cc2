import { expect } from 'chai';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPolicyFile, type PolicyFile, type PolicyFileOptions } from '#server/security/policy-file.js';
import { createPolicy, type Policy } from '#server/security/policy.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aFolder, type Folder } from '../../support/folders.js';
import { request } from '../../support/policy-requests.js';
import { recordEvents } from '../../support/record-events.js';

/** A file of names of applications that everybody may read; `broken` in it is refused. */
function parse(bytes: Uint8Array): Policy {
  const names = Buffer.from(bytes).toString().split(' ');
  const applications = names.map((name) => (name === 'broken' ? 'x'.repeat(1000) : name));
  return createPolicy({ rules: [{ name: 'r', effect: 'allow', principals: ['*'], applications }] });
}

describe('a policy file', () => {
  const cleanups = createCleanups();
  let folder: Folder;
  beforeEach(async () => (folder = cleanups.add(await aFolder({ policy: 'a' }))));
  afterEach(() => cleanups.run());

  const { emit, events } = recordEvents();
  async function open(more: Partial<PolicyFileOptions> = {}): Promise<PolicyFile> {
    const options = { path: join(folder.path, 'policy'), parse, emit, pollMs: 10, settleMs: 1, ...more };
    const file = await openPolicyFile(options);
    cleanups.add({
      close: () => {
        file.close();
        return Promise.resolve();
      },
    });
    return file;
  }
  const allowed = ({ access }: PolicyFile): string =>
    ['a', 'b'].filter((name) => access.decide(request(`${name} dev`)).isAllowed).join('');
  const until = (file: PolicyFile, expected: string): Promise<boolean> =>
    eventually(() => (allowed(file) === expected ? true : undefined));
  const told = (type: string): number => events.filter((event) => event.type === type).length;

  it('is taken anew when it changes, and the generation moves', async () => {
    const file = await open();
    expect([allowed(file), file.access.generation]).to.deep.equal(['a', 1]);
    await folder.write({ policy: 'b' });
    await until(file, 'b');
    expect(file.access.generation).to.equal(2);
    expect(file.health()).to.deep.equal({ status: 'UP', details: { generation: 2 } });
  });

  it('stays as it was while the file is broken, missing or too large, and says so once', async () => {
    const file = await open();
    const before = told('policy-refused');
    await folder.write({ policy: 'broken' });
    await eventually(() => file.health().details?.['refused']);
    expect([allowed(file), file.access.generation]).to.deep.equal(['a', 1]);
    expect(file.health().details?.['refused']).to.match(/^A pattern has at most 256 characters/);
    for (const [change, expected] of [
      [() => folder.write({ policy: null }), /cannot be read \(ENOENT\)/],
      [() => folder.write({ policy: 'b'.repeat(1024 * 1024 + 1) }), /has more than 1048576 bytes/],
    ] as const) {
      await change();
      await eventually(() => expected.test(String(file.health().details?.['refused'])) || undefined);
      expect(allowed(file)).to.equal('a');
    }
    expect(told('policy-refused') - before).to.equal(3);
    await folder.write({ policy: 'b' });
    await until(file, 'b');
  });

  it('forgets what was wrong when the file is again what it was', async () => {
    const file = await open();
    await folder.write({ policy: 'broken' });
    await eventually(() => file.health().details?.['refused']);
    await folder.write({ policy: 'a' });
    await eventually(() => (file.health().details?.['refused'] === undefined ? true : undefined));
    expect(file.access.generation).to.equal(1);
  });

  it('is found without notifications too, through links as containers swap them', async () => {
    await mkdir(join(folder.path, 'one'));
    await mkdir(join(folder.path, 'two'));
    await writeFile(join(folder.path, 'one/policy'), 'a');
    await writeFile(join(folder.path, 'two/policy'), 'b');
    await mkdir(join(folder.path, 'mounted'));
    await symlink(join(folder.path, 'one'), join(folder.path, 'mounted/data'));
    await symlink('data/policy', join(folder.path, 'mounted/policy'));
    const file = await open({ path: join(folder.path, 'mounted/policy') });
    await symlink(join(folder.path, 'two'), join(folder.path, 'mounted/new'));
    await rename(join(folder.path, 'mounted/new'), join(folder.path, 'mounted/data'));
    await until(file, 'b');
  });

  it('counts only when it has stopped changing', async () => {
    const file = await open({ pollMs: 5, settleMs: 40 });
    await writeFile(join(folder.path, 'policy'), 'a brok');
    await writeFile(join(folder.path, 'policy'), 'a broken');
    await writeFile(join(folder.path, 'policy'), 'b');
    await until(file, 'b');
    expect(file.access.generation).to.equal(2);
  });

  it('must be there, a file, and not everybody’s to write, to begin with', async () => {
    const path = join(folder.path, 'policy');
    await expectError('CONFIG_POLICY_INVALID', () => open({ path: join(folder.path, 'none') }));
    await expectError('CONFIG_POLICY_INVALID', () => open({ path: folder.path }));
    await folder.write({ policy: 'broken' });
    await expectError('CONFIG_POLICY_INVALID', () => open());
    await chmod(path, 0o666);
    const error = await expectError('CONFIG_POLICY_INVALID', () => open());
    expect(error.message).to.include('can be written by everybody').and.not.include(folder.path);
  });

  it('is looked at no more after it was closed', async () => {
    const file = await open();
    file.close();
    file.close();
    await folder.write({ policy: 'b' });
    const other = await open();
    await until(other, 'b');
    expect(allowed(file)).to.equal('a');
  });
});
