import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { OpenAudit } from '#server/audit/audit.js';
import { headBytes } from '#server/audit/file/head-file.js';
import { changeFile, changeSlot, firstFile, newestSlot, problemsOf, startedRecord } from '#support/audit-files.js';
import { aDecision, anOccasion, auditIn } from '#support/audit-log.js';
import type { Differing, TestAudit } from '#support/audit-log.js';
import { createCleanups } from '#support/cleanups.js';
import { eventually } from '#support/eventually.js';
import { expectError } from '#support/expect-error.js';
import { createManualClock } from '#support/manual-clock.js';
import { tempFolders } from '#support/temp-folders.js';

describe('the files of an audit after a loss of power', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const atOnce = (audit: OpenAudit, records: number): Promise<unknown> =>
    Promise.all(Array.from({ length: records }, async () => audit.record(aDecision(), anOccasion)));

  /** What is there of an audit that was never closed: a batch of 3 records, and one of 2. */
  async function aTornLog(last = 2, differing: Differing = {}): Promise<TestAudit> {
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    const audit = cleanups.add(await kept.open(differing));
    await atOnce(audit, 3);
    await atOnce(audit, last);
    await audit.flush();
    const copy = await cleanups.add(tempFolders()).create();
    await fs.cp(kept.keys, join(copy, 'keys'), { recursive: true });
    await fs.cp(kept.folder, join(copy, 'audit'), { recursive: true });
    await fs.rm(join(copy, 'audit', 'lock'));
    return auditIn(copy);
  }
  const lineEnds = (text: string): readonly number[] => [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
  const notes = async (kept: TestAudit): Promise<readonly string[]> =>
    (await kept.verify()).flatMap(({ log, notes: own }) => (log === 'queries' ? own : []));
  const note =
    'records 1 to 5 are not all in the log yet, but in queries.head: the server that runs, or the next start of one, writes them there';

  const losses: readonly (readonly [string, (text: string) => string])[] = [
    ['all of it', () => ''],
    ['its end', (text) => text.slice(0, lineEnds(text)[2])],
    ['a part of a record', (text) => text.slice(0, -20)],
    ['a part in the middle', (text) => `${text.slice(0, 100)}${'\0'.repeat(700)}${text.slice(800)}`],
  ];
  for (const [title, loss] of losses) {
    it(`that took ${title}, are whole in the heads, and have it put back`, async () => {
      const kept = await aTornLog();
      const whole = await fs.readFile(join(kept.folder, firstFile), 'latin1');
      await changeFile(kept, firstFile, loss);
      expect([await kept.findings(), await notes(kept)]).to.deep.equal([[], [note]]);
      expect(await startedRecord(kept)).to.deep.include({ putBack: { first: 1, last: 5 }, damagedSlots: [] });
      expect(await fs.readFile(join(kept.folder, firstFile), 'latin1')).to.equal(whole);
      expect([await kept.findings(), await notes(kept)]).to.deep.equal([[], []]);
    });
  }

  it('have nothing to put back where nothing was lost', async () => {
    const kept = await aTornLog();
    expect([await kept.findings(), await notes(kept)]).to.deep.equal([[], []]);
    expect(await startedRecord(kept)).to.not.have.property('putBack');
  });

  it('are found changed where no loss of power does that, and kept aside', async () => {
    const kept = await aTornLog();
    await changeFile(kept, firstFile, (text) => text.replace('"seq":4,', '"seq":9,'));
    expect(await problemsOf(kept)).to.deep.equal([`${firstFile}:4: record 9 is where 4 belongs`]);
    const told = await startedRecord(kept);
    expect(told).to.deep.include({ putBack: { first: 1, last: 5 } });
    const { file } = told?.['setAside'] as { file: string };
    expect(await fs.readFile(join(kept.folder, file), 'latin1')).to.contain('"seq":9,');
    expect((await kept.records('queries')).map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(await kept.findings()).to.deep.equal([]);
  });

  it('in the middle of a head go on from the one before, and say so', async () => {
    const kept = await aTornLog();
    const slot = await newestSlot(kept);
    await changeSlot(kept, slot, (bytes) => bytes.fill(0, headBytes + 100));
    await changeFile(kept, firstFile, (text) => text.slice(0, lineEnds(text)[3]));
    expect(await problemsOf(kept)).to.deep.equal([
      `queries.head:${slot + 1}: the head has not the records that it covers: the power went while it was written, before they were acknowledged, or it was changed`,
    ]);
    expect(await startedRecord(kept)).to.deep.include({ damagedSlots: [slot + 1] });
    expect((await kept.records('queries')).map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
    expect(await kept.findings()).to.deep.equal([]);
  });

  it('are as good as the log where a head before the newest has not its records', async () => {
    const kept = await aTornLog();
    const slot = await newestSlot(kept);
    await changeSlot(kept, slot - 1, (bytes) => bytes.fill(0, headBytes + 100));
    expect([await kept.findings(), await notes(kept)]).to.deep.equal([[], []]);
    await changeFile(kept, firstFile, (text) => text.slice(0, lineEnds(text)[1]));
    expect(await problemsOf(kept)).to.deep.equal([
      `${firstFile}:2: the log ends before record 3; acknowledged are those up to 5`,
    ]);
    await expectError('CONFIG_AUDIT_BROKEN', () => kept.open());
  });

  it('have batches that are too large for a head in the log alone, synced before it', async () => {
    const kept = await aTornLog(400);
    expect([await kept.findings(), await notes(kept)]).to.deep.equal([[], []]);
    await changeFile(kept, firstFile, (text) => text.slice(0, lineEnds(text)[401]));
    expect(await problemsOf(kept)).to.deep.equal([
      `${firstFile}:402: the log ends before record 403; acknowledged are those up to 403`,
    ]);
    await expectError('CONFIG_AUDIT_BROKEN', () => kept.open());
  });

  it('of a server with nothing to do find nothing but the log whole', async () => {
    const clock = createManualClock();
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    const audit = cleanups.add(await kept.open({ clock }));
    await audit.record(aDecision(), anOccasion);
    const carrying = audit.heads()[0]?.number ?? 0;
    await eventually(() => {
      clock.pass(1_000);
      return audit.heads()[0]?.number === carrying + 1 || undefined;
    });
    await changeFile(kept, firstFile, () => '');
    expect(await problemsOf(kept)).to.deep.equal(['-:-: the log ends before record 1; acknowledged are those up to 1']);
  });

  it('are told of by the numbers of what the newest file lacks, where others were begun meanwhile', async () => {
    const kept = await aTornLog(2, { file: { rotateBytes: 1_000 } });
    const second = 'queries-000000000004.jsonl';
    expect((await kept.files()).filter((name) => name.startsWith('queries-'))).to.deep.equal([firstFile, second]);
    await changeFile(kept, second, () => '');
    expect([await kept.findings(), await notes(kept)]).to.deep.equal([[], [note.replace('1 to 5', '4 to 5')]]);
    expect(await startedRecord(kept)).to.deep.include({ putBack: { first: 4, last: 5 } });
  });
});
