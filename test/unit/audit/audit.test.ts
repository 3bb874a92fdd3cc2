import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { aDecision, anOccasion, auditIn } from '#support/audit-log.js';
import { createCleanups } from '#support/cleanups.js';
import { expectError } from '#support/expect-error.js';
import { tempFolders } from '#support/temp-folders.js';

describe('the audit in files', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const anAudit = async () => auditIn(await cleanups.add(tempFolders()).create());

  it('keeps a decision with its number and hash before it says so', async () => {
    const kept = await anAudit();
    const audit = cleanups.add(await kept.open());
    await audit.record(aDecision(), { address: '10.0.0.7', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' });
    const [record, ...more] = await kept.records('queries');
    expect(more).to.deep.equal([]);
    const { time, hash, ...rest } = record ?? {};
    expect(time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(hash).to.match(/^[0-9a-f]{64}$/);
    expect(rest).to.deep.equal({
      seq: 1,
      kind: 'decision',
      outcome: 'allowed',
      rule: 'role reader',
      principal: 'ann',
      scheme: 'basic',
      method: 'GET',
      route: '/:application/:profiles',
      application: 'orders',
      profiles: 'prod',
      label: null,
      version: 'c1',
      digest: 'd1',
      address: '10.0.0.7',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
  });

  it('keeps changes apart from queries, and tells of its own start and end', async () => {
    const kept = await anAudit();
    const audit = await kept.open();
    audit.observe({ type: 'label-moved', source: 'main', label: 'main', from: 'c1', to: 'c2' });
    audit.observe({ type: 'source-synced', source: 'main', milliseconds: 3, moved: 1 });
    await audit.close();
    const told = (await kept.records('changes')).map(({ time: _, hash: __, ...record }) => record);
    expect(told).to.deep.equal([
      { seq: 1, kind: 'audit-started', log: 'queries' },
      { seq: 2, kind: 'audit-started', log: 'changes' },
      { seq: 3, kind: 'label-moved', source: 'main', label: 'main', from: 'c1', to: 'c2' },
      { seq: 4, kind: 'audit-stopped', log: 'queries' },
      { seq: 5, kind: 'audit-stopped', log: 'changes' },
    ]);
    expect(await kept.findings()).to.deep.equal([]);
  });

  it('shares one write between the requests of a moment, and goes on after a restart', async () => {
    const kept = await anAudit();
    for (const _ of [1, 2, 3]) {
      const audit = await kept.open();
      await Promise.all(Array.from({ length: 50 }, async () => audit.record(aDecision(), anOccasion)));
      await audit.close();
    }
    expect((await kept.records('queries')).map(({ seq }) => seq)).to.deep.equal(
      Array.from({ length: 150 }, (_, index) => index + 1),
    );
    const [queries] = await kept.verify();
    expect(queries).to.deep.equal({ log: 'queries', first: 1, count: 150, unacknowledged: 0, findings: [], notes: [] });
  });

  it('is for its owner only', async () => {
    const kept = await anAudit();
    const audit = await kept.open();
    await audit.record(aDecision(), anOccasion);
    await audit.close();
    const modes = async (folder: string): Promise<number[]> =>
      Promise.all((await fs.readdir(folder)).map(async (name) => (await fs.stat(join(folder, name))).mode & 0o777));
    expect(new Set([...(await modes(kept.folder)), ...(await modes(kept.keys))])).to.deep.equal(new Set([0o600]));
    expect((await fs.stat(kept.folder)).mode & 0o777).to.equal(0o700);
  });

  it('has one writer', async () => {
    const kept = await anAudit();
    cleanups.add(await kept.open());
    await expectError('CONFIG_AUDIT_LOCKED', () => kept.open());
  });

  it('goes on in a new file past its size, in one chain', async () => {
    const kept = await anAudit();
    const audit = await kept.open({ file: { rotateBytes: 1_000 } });
    for (let i = 0; i < 10; i += 1) await audit.record(aDecision(), anOccasion);
    await audit.close();
    expect((await kept.files()).filter((name) => name.startsWith('queries-'))).to.deep.equal(
      [1, 3, 5, 7, 9].map((first) => `queries-${String(first).padStart(12, '0')}.jsonl`),
    );
    expect(await kept.findings()).to.deep.equal([]);
  });
});
