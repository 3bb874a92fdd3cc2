import { expect } from 'chai';
import { auditIn } from '../support/audit-log.js';
import { createCleanups } from '../support/cleanups.js';
import { recordUntilKilled } from '../support/killed-audit.js';
import { tempFolders } from '../support/temp-folders.js';

describe('an audit whose process is killed', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('has every acknowledged record, verifies, and goes on', async () => {
    const root = await cleanups.add(tempFolders()).create();
    const kept = auditIn(root);
    const acknowledged: string[] = [];
    for (const round of [1, 2, 3]) {
      acknowledged.push(...(await recordUntilKilled(root, round)));
      expect(await kept.findings()).to.deep.equal([]);
    }
    await (await kept.open()).close();
    expect(await kept.findings()).to.deep.equal([]);
    const recorded = new Set((await kept.records('queries')).map(({ application }) => application));
    expect(acknowledged.filter((application) => !recorded.has(application))).to.deep.equal([]);
  });
});
