import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { OpenAudit } from '#server/audit/audit.js';
import { slots } from '#server/audit/file/head-file.js';
import type { Gap } from '#server/audit/journal.js';
import { aDecision, anOccasion, auditIn, auditLimits, parseLines } from '../support/audit-log.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { createFaultyDisk } from '../support/faulty-disk.js';
import type { DiskFault } from '../support/faulty-disk.js';
import { randomNumbers } from '../support/tampered-log.js';
import { tempFolders } from '../support/temp-folders.js';

const decisionsOf = (records: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] =>
  records.filter(({ kind }) => kind === 'decision').map(({ application }) => application);
const gapsOf = (records: readonly Readonly<Record<string, unknown>>[]): readonly Partial<Gap>[] =>
  records.filter(({ kind }) => kind === 'gap').map(({ dropped, refused }) => ({ dropped, refused }) as Partial<Gap>);

/** Of a head whose write was cut short nobody can tell why. */
const halfAHead = 'the head has not the records that it covers';

describe('an audit on a disk that fails', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const aStage = async () => {
    const disk = createFaultyDisk();
    return { disk, kept: auditIn(await cleanups.add(tempFolders()).create(), disk) };
  };

  const ofHeads: readonly (readonly [string, DiskFault, RegExp, string])[] = [
    ['is full for heads', 'full', /^queries\.head$/, 'the disk is full'],
    ['cannot sync heads', 'unsynced', /^queries\.head$/, 'records cannot be kept: EIO'],
  ];
  for (const [title, kind, file, message] of ofHeads) {
    it(`that ${title}: in block refuses, says so, and goes on where it left off`, async () => {
      const { disk, kept } = await aStage();
      const audit = cleanups.add(await kept.open());
      await audit.record(aDecision({ application: 'before' }), anOccasion);
      disk.fault = { kind, file };
      await expectError('CONFIG_AUDIT_UNAVAILABLE', async () =>
        audit.record(aDecision({ application: 'refused' }), anOccasion),
      );
      expect([audit.isReady(), audit.health().status]).to.deep.equal([false, 'DOWN']);
      await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
      expect((await kept.findings()).filter(({ problem }) => !problem.startsWith(halfAHead))).to.deep.equal([]);
      disk.fault = null;
      await eventually(() => audit.isReady() || undefined);
      await audit.record(aDecision({ application: 'after' }), anOccasion);
      const records = await kept.records('queries');
      expect([decisionsOf(records), gapsOf(records)]).to.deep.equal([
        ['before', 'after'],
        [{ dropped: 0, refused: 2 }],
      ]);
      expect(await kept.findings()).to.deep.equal([]);
      expect(kept.events.map(({ type, ...told }) => [type, told])).to.deep.equal([
        ['audit-failed', { sink: 'file of queries', message, diagnostics: {} }],
        ['audit-recovered', { sink: 'file of queries', dropped: 0 }],
      ]);
    });
  }

  const ofAll = [['is full', 'full', /^queries-/] as const, ...ofHeads];
  for (const [title, kind, file] of ofAll) {
    it(`that ${title}: in drop-and-count goes on, and tells what was lost`, async () => {
      const { disk, kept } = await aStage();
      const limits = { ...auditLimits, records: 10 };
      const audit = cleanups.add(await kept.open({ backpressure: 'drop-and-count', limits }));
      disk.fault = { kind, file };
      for (let i = 0; i < 15; i += 1)
        expect(audit.record(aDecision({ application: `a${i}` }), anOccasion)).to.equal(undefined);
      await eventually(() => kept.events.some(({ type }) => type === 'audit-failed') || undefined);
      expect([audit.isReady(), audit.health().status]).to.deep.equal([true, 'UP']);
      expect(audit.health().details).to.deep.equal({
        sinks: [
          { sink: 'file of queries', state: 'failing', dropped: 5 },
          { sink: 'file of changes', state: 'well', dropped: 0 },
        ],
      });
      disk.fault = null;
      await eventually(() => kept.events.find(({ type }) => type === 'audit-recovered'));
      const records = await kept.records('queries');
      expect([decisionsOf(records), gapsOf(records)]).to.deep.equal([
        Array.from({ length: 10 }, (_, index) => `a${index}`),
        [{ dropped: 5, refused: 0 }],
      ]);
      expect(await kept.findings()).to.deep.equal([]);
    });
  }

  const ofTheLog: readonly (readonly [string, DiskFault, string])[] = [
    ['is full', 'full', 'the disk is full'],
    ['cannot sync', 'unsynced', 'records cannot be kept: EIO'],
  ];
  for (const [title, kind, message] of ofTheLog) {
    it(`that ${title} for the log: goes on while the heads have the records, then refuses, and loses none of them`, async () => {
      const { disk, kept } = await aStage();
      const audit = cleanups.add(await kept.open());
      disk.fault = { kind, file: /^queries-/ };
      const recorded = await recordUntilRefused(audit);
      expect(recorded.length).to.be.within(1, slots);
      expect([audit.isReady(), audit.health().status]).to.deep.equal([false, 'DOWN']);
      expect(kept.events.map(({ type, ...told }) => [type, told])).to.deep.equal([
        ['audit-failed', { sink: 'file of queries', message, diagnostics: {} }],
      ]);
      expect(await kept.findings()).to.deep.equal([]);
      disk.fault = null;
      await eventually(() => audit.isReady() || undefined);
      // What failed may have taken nothing, and what succeeds after it takes what is written since: all is written again.
      const left = disk.left(() => 0).get('queries-000000000001.jsonl');
      expect(decisionsOf(parseLines(String(left)))).to.deep.equal(recorded);
      expect(gapsOf(await kept.records('queries'))).to.deep.equal([{ dropped: 0, refused: 1 }]);
      expect(await kept.findings()).to.deep.equal([]);
    });
  }

  it('that does not answer in time: refuses, and goes on when it does', async () => {
    const { disk, kept } = await aStage();
    const audit = cleanups.add(await kept.open({ limits: { ...auditLimits, writeMs: 250 } }));
    await audit.record(aDecision({ application: 'before' }), anOccasion);
    disk.isStuck = true;
    await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
    expect(audit.isReady()).to.equal(false);
    disk.isStuck = false;
    await eventually(() => audit.isReady() || undefined);
    await audit.record(aDecision({ application: 'after' }), anOccasion);
    expect(await kept.findings()).to.deep.equal([]);
  });

  it('that gives no new file: refuses at the turn of a file, and goes on', async () => {
    const { disk, kept } = await aStage();
    const audit = cleanups.add(await kept.open({ file: { rotateBytes: 1_024 } }));
    for (let i = 0; i < 2; i += 1) await audit.record(aDecision(), anOccasion);
    disk.fault = { kind: 'unopened', file: /^queries-/ };
    await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
    disk.fault = null;
    await eventually(() => audit.isReady() || undefined);
    await audit.record(aDecision(), anOccasion);
    expect(decisionsOf(await kept.records('queries'))).to.have.length(3);
    expect(await kept.findings()).to.deep.equal([]);
  });

  it('that loses its power before or after any write or sync: has what was acknowledged, verifies, and goes on', async () => {
    const random = randomNumbers(42);
    const { disk, kept } = await aStage();
    const audit = cleanups.add(await kept.open({ file: { rotateBytes: 20_000 } }));
    const acknowledged: string[] = [];
    const crashes: Crash[] = [];
    // The files of heads are large, and nearly empty.
    disk.onOperation = () => {
      if (random(4) > 0) return;
      const files = [...disk.left(random)].map(
        ([name, content]) => [name, deflateRawSync(content, { level: 1 })] as const,
      );
      crashes.push({ files, acknowledged: [...acknowledged] });
    };
    for (let batch = 0; batch < 40; batch += 1) {
      // Every tenth is too large for a head.
      const applications = Array.from({ length: batch % 10 === 9 ? 300 : 4 }, (_, asker) => `${batch}.${asker}`);
      await Promise.all(applications.map(async (application) => audit.record(aDecision({ application }), anOccasion)));
      acknowledged.push(...applications);
      // What is mended after a failure is written in steps, too.
      const fault = ({ 24: 'unsynced', 28: 'full', 33: 'unsynced' } as const)[batch];
      if (fault === undefined) continue;
      disk.fault = { kind: fault, file: batch === 33 ? /^queries-/ : /^queries\.head$/ };
      acknowledged.push(...(await recordUntilRefused(audit)));
      disk.fault = null;
      await eventually(() => audit.isReady() || undefined);
    }
    disk.onOperation = () => undefined;
    expect(crashes.length).to.be.greaterThan(50);
    const copies = await cleanups.add(tempFolders()).create();
    let putBacks = 0;
    for (const [index, crash] of crashes.entries()) {
      const root = join(copies, String(index));
      await fs.cp(kept.keys, join(root, 'keys'), { recursive: true });
      await fs.mkdir(join(root, 'audit'));
      for (const [name, content] of crash.files) await fs.writeFile(join(root, 'audit', name), inflateRawSync(content));
      const left = auditIn(root);
      const findings = (await left.findings()).map(({ problem }) => problem);
      expect(
        findings.filter((problem) => !problem.startsWith(halfAHead)),
        `crash ${index}`,
      ).to.deep.equal([]);
      await (await left.open()).close();
      expect(await left.findings(), `start after crash ${index}`).to.deep.equal([]);
      const recorded = new Set(decisionsOf(await left.records('queries')));
      expect(crash.acknowledged.filter((application) => !recorded.has(application))).to.deep.equal([]);
      if ((await left.records('changes')).some(({ putBack }) => putBack !== undefined)) putBacks += 1;
    }
    expect(putBacks).to.be.greaterThan(0);
  });
});

interface Crash {
  readonly files: readonly (readonly [string, Buffer])[];
  readonly acknowledged: readonly string[];
}

/** Records one after another; gives those that were acknowledged. */
async function recordUntilRefused(audit: OpenAudit): Promise<readonly string[]> {
  const applications: string[] = [];
  for (; applications.length < 100; applications.push(`b${applications.length}`)) {
    const application = `b${applications.length}`;
    const refusal = await Promise.resolve(audit.record(aDecision({ application }), anOccasion)).catch(
      (error: unknown) => error,
    );
    if (refusal === undefined) continue;
    expect(refusal).to.include({ code: 'CONFIG_AUDIT_UNAVAILABLE' });
    return applications;
  }
  throw new Error('nothing was refused');
}
