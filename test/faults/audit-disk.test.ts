import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Gap } from '#server/audit/journal.js';
import { aDecision, anOccasion, auditIn, auditLimits } from '../support/audit-log.js';
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

describe('an audit on a disk that fails', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const aStage = async () => {
    const disk = createFaultyDisk();
    return { disk, kept: auditIn(await cleanups.add(tempFolders()).create(), disk) };
  };

  const faults: readonly (readonly [string, DiskFault, RegExp, string])[] = [
    ['is full', 'full', /^queries-/, 'the disk is full'],
    ['is full for heads', 'full', /^queries\.head$/, 'the disk is full'],
    ['cannot sync', 'unsynced', /^queries-/, 'records cannot be kept: EIO'],
    ['cannot sync heads', 'unsynced', /^queries\.head$/, 'records cannot be kept: EIO'],
  ];
  for (const [title, kind, file, message] of faults) {
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
      expect(await kept.findings()).to.deep.equal([]);
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

  it('that does not answer in time: refuses, and goes on when it does', async () => {
    const { disk, kept } = await aStage();
    const audit = cleanups.add(await kept.open({ limits: { ...auditLimits, writeMs: 20 } }));
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
    const audit = cleanups.add(await kept.open({ file: { rotateBytes: 3_000 } }));
    const acknowledged: string[] = [];
    const crashes: { readonly files: ReadonlyMap<string, Buffer>; readonly acknowledged: readonly string[] }[] = [];
    disk.onOperation = () => crashes.push({ files: disk.left(random), acknowledged: [...acknowledged] });
    for (let batch = 0; batch < 8; batch += 1) {
      const applications = Array.from({ length: 4 }, (_, asker) => `${batch}.${asker}`);
      await Promise.all(applications.map(async (application) => audit.record(aDecision({ application }), anOccasion)));
      acknowledged.push(...applications);
      // What is mended after a failure is written in steps, too.
      const kind = (['unsynced', 'full', 'unsynced'] as const)[batch - 4];
      if (kind === undefined) continue;
      disk.fault = { kind, file: batch === 6 ? /^queries-/ : /^queries\.head$/ };
      await expectError('CONFIG_AUDIT_UNAVAILABLE', async () => audit.record(aDecision(), anOccasion));
      disk.fault = null;
      await eventually(() => audit.isReady() || undefined);
    }
    disk.onOperation = () => undefined;
    expect(crashes.length).to.be.greaterThan(50);
    const copies = await cleanups.add(tempFolders()).create();
    for (const [index, crash] of crashes.entries()) {
      const root = join(copies, String(index));
      await fs.cp(kept.keys, join(root, 'keys'), { recursive: true });
      await fs.mkdir(join(root, 'audit'));
      for (const [name, content] of crash.files) await fs.writeFile(join(root, 'audit', name), content);
      const left = auditIn(root);
      expect(await left.findings(), `crash ${index}`).to.deep.equal([]);
      await (await left.open()).close();
      expect(await left.findings(), `start after crash ${index}`).to.deep.equal([]);
      const recorded = new Set(decisionsOf(await left.records('queries')));
      expect(crash.acknowledged.filter((application) => !recorded.has(application))).to.deep.equal([]);
    }
  });
});
