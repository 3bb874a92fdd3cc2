import { expect } from 'chai';
import { auditIn } from '../support/audit-log.js';
import { createCleanups } from '../support/cleanups.js';
import { recordUntilKilled } from '../support/killed-audit.js';
import { tempFolders } from '../support/temp-folders.js';

const rounds = 100;

describe('an audit whose process is killed', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it(`has every acknowledged record and verifies after each of ${rounds} kills in mid-write`, async () => {
    const root = await cleanups.add(tempFolders()).create();
    const kept = auditIn(root);
    const acknowledged: string[] = [];
    let tails = 0;
    for (let round = 1; round <= rounds; round += 1) {
      acknowledged.push(...(await recordUntilKilled(root, round)));
      const reports = await kept.verify();
      expect(reports.flatMap(({ findings }) => findings)).to.deep.equal([]);
      if (reports.some(({ unacknowledged }) => unacknowledged > 0)) tails += 1;
    }
    // The heads may have the last of them, until a start.
    await (await kept.open()).close();
    const recorded = new Set((await kept.records('queries')).map(({ application }) => application));
    expect(acknowledged.filter((application) => !recorded.has(application))).to.deep.equal([]);
    console.log(`      ${acknowledged.length} records acknowledged, ${tails} kills left a tail behind them`);
  });
});
