import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { aDecision, anOccasion, auditIn } from '#support/audit-log.js';
import type { Differing, TestAudit } from '#support/audit-log.js';
import { changeFile, changeSlot, firstFile, newestSlot, problemsOf, startedRecord } from '#support/audit-files.js';
import { createCleanups } from '#support/cleanups.js';
import { expectError } from '#support/expect-error.js';
import { tempFolders } from '#support/temp-folders.js';

describe('the files of an audit', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  /** A log of `records` decisions, closed again. */
  async function aLog(records: number, differing: Differing = {}): Promise<TestAudit> {
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    const audit = await kept.open(differing);
    for (let i = 0; i < records; i += 1) await audit.record(aDecision({ application: `a${i}` }), anOccasion);
    await audit.close();
    return kept;
  }

  it('have what a crash left behind moved aside, and say so', async () => {
    const kept = await aLog(2);
    await changeFile(kept, firstFile, (text) => `${text}{"seq":3,"forged":true}\n{"se`);
    await fs.writeFile(join(kept.folder, 'queries-000000000003.jsonl'), 'more\n');
    expect(await kept.findings()).to.deep.equal([]);
    const audit = await kept.open();
    await audit.record(aDecision({ application: 'after' }), anOccasion);
    await audit.close();
    expect((await kept.records('queries')).map(({ application }) => application)).to.deep.equal(['a0', 'a1', 'after']);
    const aside = (await kept.files()).filter((name) => name.startsWith('queries-unacknowledged-'));
    expect(aside).to.have.length(1);
    expect(await fs.readFile(join(kept.folder, aside[0] ?? ''), 'utf8')).to.equal(
      '{"seq":3,"forged":true}\n{"semore\n',
    );
    const told = (await kept.records('changes')).filter(({ setAside }) => setAside !== undefined);
    expect(told.map(({ log, setAside }) => [log, setAside])).to.deep.equal([
      ['queries', { file: aside[0], bytes: 33 }],
    ]);
    expect(await kept.findings()).to.deep.equal([]);
  });

  it('go on from the head that is left where one was damaged, and say so', async () => {
    const kept = await aLog(2);
    const slot = await newestSlot(kept);
    await changeSlot(kept, slot, (bytes) => bytes.fill('x'));
    expect(await problemsOf(kept)).to.deep.equal([`queries.head:${slot + 1}: there is no head where one belongs`]);
    expect(await startedRecord(kept)).to.deep.include({ damagedSlots: [slot + 1] });
    expect((await kept.records('queries')).map(({ seq }) => seq)).to.deep.equal([1, 2]);
  });

  const broken: readonly (readonly [string, (kept: TestAudit) => Promise<void>, string])[] = [
    [
      'an acknowledged record is missing',
      (kept) => changeFile(kept, firstFile, (text) => text.slice(0, text.indexOf('\n') + 1)),
      `${firstFile}:1: the log ends before record 2; acknowledged are those up to 2`,
    ],
    [
      'the newest record is another',
      (kept) =>
        changeFile(kept, firstFile, (text) => text.replace(/"hash":"\w{64}"\}\n$/, `"hash":"${'0'.repeat(64)}"}\n`)),
      `${firstFile}:2: record 2 was changed, or what was before it`,
    ],
    [
      'the file is missing',
      (kept) => fs.rm(join(kept.folder, firstFile)),
      '-:-: the log ends before record 1; acknowledged are those up to 2',
    ],
    [
      'the heads are missing',
      (kept) => fs.rm(join(kept.folder, 'queries.head')),
      'queries.head:-: the file is missing',
    ],
    [
      'the heads are none',
      (kept) => fs.writeFile(join(kept.folder, 'queries.head'), 'x'),
      'queries.head:1: there is no head where one belongs',
    ],
    [
      'the heads are those of the other log',
      (kept) => fs.copyFile(join(kept.folder, 'changes.head'), join(kept.folder, 'queries.head')),
      'the head is not signed with this key',
    ],
  ];
  for (const [title, damage, problem] of broken) {
    it(`keep a server from starting where ${title}, and verify says what is wrong`, async () => {
      const kept = await aLog(2);
      await damage(kept);
      const error = await expectError('CONFIG_AUDIT_BROKEN', () => kept.open());
      expect(error.message).to.contain('docs/audit.md');
      expect((await problemsOf(kept)).join('\n')).to.contain(problem);
    });
  }

  it('are not taken over with another key', async () => {
    const kept = await aLog(1);
    const { privateKey } = generateKeyPairSync('ed25519');
    await fs.writeFile(join(kept.keys, 'audit.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const error = await expectError('CONFIG_AUDIT_BROKEN', () => kept.open());
    expect(error.message).to.contain('was not signed for it');
  });

  it('cannot be where no folder can be made, or the key is none', async () => {
    const kept = await aLog(1);
    await fs.writeFile(join(kept.keys, 'audit.key'), 'no key');
    await expectError('CONFIG_SETTINGS_INVALID', () => kept.open());
    const below = auditIn(join(kept.folder, firstFile));
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => below.open());
    expect(error.message).to.contain('cannot be used: ENOTDIR');
  });

  it('are written no more by a process that was taken for dead', async () => {
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    let now = Date.now();
    const audit = cleanups.add(await kept.open({ file: { now: () => now } }));
    await audit.record(aDecision(), anOccasion);
    await fs.writeFile(join(kept.folder, 'lock'), JSON.stringify({ pid: 1, host: 'other', id: 'other' }));
    now += 60_000;
    await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
    expect(kept.events.map((event) => ('message' in event ? event.message : event.type))).to.deep.equal([
      'The audit log was taken over by another process while this one stood still. Restart this one, with a data directory of its own.',
    ]);
    expect(await kept.findings()).to.deep.equal([]);
  });

  describe('past their time', () => {
    const day = 86_400_000;
    const rotating = { rotateBytes: 1_000, keepMs: 30 * day };
    async function anOldLog(): Promise<TestAudit> {
      const kept = await aLog(8, { file: rotating });
      const old = (await kept.files()).filter((name) => name.startsWith('queries-')).slice(0, 2);
      const time = new Date(Date.now() - 31 * day);
      for (const name of old) await fs.utimes(join(kept.folder, name), time, time);
      return kept;
    }
    const numbers = async (kept: TestAudit): Promise<readonly unknown[]> =>
      (await kept.records('queries')).map(({ seq, kind }) => (kind === 'decision' ? seq : kind));

    it('are removed, which is recorded, and the rest verifies', async () => {
      const kept = await anOldLog();
      const audit = await kept.open({ file: rotating });
      await audit.record(aDecision(), anOccasion);
      await audit.close();
      expect(await numbers(kept)).to.deep.equal([5, 6, 7, 8, 9, 'records-expired']);
      expect((await kept.records('queries')).at(-1)).to.include({ first: 1, last: 4 });
      expect(await kept.findings()).to.deep.equal([]);
    });

    it('are removed past the size of all of them, but the newest', async () => {
      const kept = await aLog(8, { file: { rotateBytes: 1_000 } });
      const audit = await kept.open({ file: { rotateBytes: 1_000, keepBytes: 1_000 } });
      await audit.record(aDecision(), anOccasion);
      await audit.close();
      expect(await numbers(kept)).to.deep.equal([7, 8, 9, 'records-expired']);
      expect(await kept.findings()).to.deep.equal([]);
      const small = await kept.open({ file: { keepBytes: 1 } });
      await small.record(aDecision(), anOccasion);
      await small.close();
      expect((await kept.files()).filter((name) => name.startsWith('queries-'))).to.have.length(1);
      expect(await kept.findings()).to.deep.equal([]);
    });

    it('stay where they are to be kept for ever', async () => {
      const kept = await anOldLog();
      const audit = await kept.open({ file: { ...rotating, keepMs: null } });
      await audit.record(aDecision(), anOccasion);
      await audit.close();
      expect(await numbers(kept)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('are found missing where another has removed them', async () => {
      const kept = await anOldLog();
      await fs.rm(join(kept.folder, firstFile));
      expect(await problemsOf(kept)).to.deep.equal(['queries-000000000003.jsonl:1: record 3 is where 1 belongs']);
    });

    it('are no matter where they are still there after a crash', async () => {
      const kept = await anOldLog();
      const before = await fs.readFile(join(kept.folder, firstFile));
      const audit = await kept.open({ file: rotating });
      await audit.record(aDecision(), anOccasion);
      await audit.close();
      await fs.writeFile(join(kept.folder, firstFile), before);
      expect(await kept.findings()).to.deep.equal([]);
      await (await kept.open({ file: rotating })).close();
    });
  });

  it('begin anew past their age', async () => {
    const kept = await aLog(1);
    const audit = await kept.open({ file: { rotateAfterMs: 60_000, now: () => Date.now() + 61_000 } });
    await audit.record(aDecision(), anOccasion);
    await audit.close();
    expect((await kept.files()).filter((name) => name.startsWith('queries-'))).to.deep.equal([
      firstFile,
      'queries-000000000002.jsonl',
    ]);
  });

  describe('and heads that were kept elsewhere', () => {
    it('are held against each other', async () => {
      const kept = await aLog(2);
      const exported = await kept.head('queries');
      expect(await problemsOf(kept, `\n${exported}`)).to.deep.equal([]);
      await fs.rm(kept.folder, { recursive: true });
      await (await kept.open()).close();
      expect(await problemsOf(kept)).to.deep.equal([]);
      expect((await problemsOf(kept, exported))[0]).to.match(/exported head of .* is of another log/);
    });

    it('find that log and head were lost together', async () => {
      const kept = await aLog(2);
      const exported = await kept.head('queries');
      for (const name of [firstFile, 'queries.head']) await fs.rm(join(kept.folder, name));
      expect(await problemsOf(kept, exported)).to.deep.equal([
        'queries.head:-: the file is missing',
        '-:-: the log ends before record 1; acknowledged are those up to 2',
      ]);
    });

    it('are no proof where another key signed them, and refused where they are none', async () => {
      const [kept, other] = [await aLog(1), await aLog(1)];
      const exported = await other.head('queries');
      expect(
        (await problemsOf(kept, exported)).every((problem) => problem.includes('not signed with this key')),
      ).to.equal(true);
      await expectError('CONFIG_SETTINGS_INVALID', () => kept.verify('{}'));
      await expectError('CONFIG_SETTINGS_INVALID', () => kept.verify('not JSON'));
      await expectError('CONFIG_SETTINGS_INVALID', () => kept.verify('null'));
      await fs.writeFile(join(kept.keys, 'audit.pub'), 'no key');
      await expectError('CONFIG_SETTINGS_INVALID', () => kept.verify());
    });
  });
});
