import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { searchFiles } from '#server/audit/search/search-files.js';
import type { AuditQuery } from '#server/core/audit.js';
import { aDecision, anOccasion, auditIn } from '#support/audit-log.js';
import { createCleanups } from '#support/cleanups.js';
import { expectError } from '#support/expect-error.js';
import { tempFolders } from '#support/temp-folders.js';

const signal = new AbortController().signal;

function aQuery(differing: Partial<AuditQuery> = {}): AuditQuery {
  return {
    log: 'queries',
    application: null,
    principal: null,
    outcome: null,
    since: null,
    until: null,
    limit: 100,
    cursor: null,
    ...differing,
  };
}

describe('looking up records of the audit', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  /** Record n at second n. */
  async function aLog(records: number, rotateBytes = 2_000) {
    let second = 0;
    const clock = {
      now: () => Date.UTC(2026, 0, 1, 0, 0, second),
      after: (ms: number, act: () => void) => {
        const timer = setTimeout(act, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    };
    const kept = auditIn(await cleanups.add(tempFolders()).create());
    const audit = cleanups.add(await kept.open({ clock, file: { rotateBytes } }));
    for (second = 1; second <= records; second += 1) {
      const isAllowed = second % 3 !== 0;
      const application = second % 2 === 0 ? 'orders' : 'billing,orders';
      await audit.record(aDecision({ isAllowed, application, principal: `p${second % 4}` }), anOccasion);
    }
    const numbers = async (differing: Partial<AuditQuery> = {}): Promise<unknown> => {
      const { lines, next } = (await audit.reader?.search(aQuery(differing), signal)) ?? { lines: [], next: '' };
      return [lines.map((line) => (JSON.parse(line) as { seq: number }).seq), next];
    };
    return { kept, audit, numbers };
  }

  it('gives them newest first, over all files', async () => {
    const { numbers, kept } = await aLog(20);
    expect((await kept.files()).filter((name) => name.startsWith('queries-')).length).to.be.greaterThan(2);
    expect(await numbers()).to.deep.equal([Array.from({ length: 20 }, (_, index) => 20 - index), null]);
  });

  const filters: readonly (readonly [string, Partial<AuditQuery>, readonly number[]])[] = [
    ['an application, alone or among others', { application: 'billing' }, [9, 7, 5, 3, 1]],
    ['a principal', { principal: 'p1' }, [9, 5, 1]],
    ['an outcome', { outcome: 'denied' }, [9, 6, 3]],
    ['a time', { since: Date.UTC(2026, 0, 1, 0, 0, 3), until: Date.UTC(2026, 0, 1, 0, 0, 5) }, [4, 3]],
    ['all of it', { application: 'billing', principal: 'p1', outcome: 'allowed' }, [5, 1]],
    ['what is not there', { application: 'order' }, []],
  ];
  for (const [title, differing, expected] of filters) {
    it(`finds those of ${title}`, async () => {
      const { numbers } = await aLog(10);
      expect(await numbers(differing)).to.deep.equal([expected, null]);
    });
  }

  it('goes on where a page ended, also where records came meanwhile', async () => {
    const { numbers, audit } = await aLog(7);
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const [found, next] = (await numbers({ limit: 3, cursor })) as [number[], string | null];
      seen.push(found);
      cursor = next;
      await audit.record(aDecision(), anOccasion);
    } while (cursor !== null);
    expect(seen).to.deep.equal([[7, 6, 5], [4, 3, 2], [1]]);
  });

  it('ends a page that has read enough, and leads on', async () => {
    const { kept, audit } = await aLog(6, 1_000_000);
    await audit.flush();
    const options = { folder: kept.folder, count: 6, mostBytes: 1 };
    const first = await searchFiles(aQuery({ outcome: 'denied' }), options, signal);
    const second = await searchFiles(aQuery({ cursor: first.next }), options, signal);
    expect([first.lines.length, second.lines.length]).to.deep.equal([1, 1]);
    const beyond = await searchFiles(aQuery({ cursor: '1.0' }), options, signal);
    expect(beyond).to.deep.equal({ lines: [], next: null });
  });

  it('leaves out what was never acknowledged, and lines that are none', async () => {
    const { kept, audit } = await aLog(3, 1_000_000);
    await audit.flush();
    await fs.appendFile(join(kept.folder, 'queries-000000000001.jsonl'), 'x\n{"seq":4');
    const { lines } = await searchFiles(aQuery(), { folder: kept.folder, count: 2 }, signal);
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).to.deep.equal([2, 1]);
  });

  it('reads lines that are longer than a piece', async () => {
    const { kept, audit } = await aLog(1);
    const files = Array.from({ length: 400 }, (_, index) => ({
      path: `${'a'.repeat(300)}${index}`,
      change: 'added' as const,
      concerns: [{ application: 'orders', profile: null }],
      keys: null,
    }));
    const moved = { source: 'main', label: 'main', from: null, to: 'c1' };
    audit.observe({ type: 'change-described', ...moved, change: { commits: [], files, isComplete: true } });
    await audit.close();
    const page = await searchFiles(
      aQuery({ log: 'changes', application: 'orders' }),
      { folder: kept.folder, count: 9 },
      signal,
    );
    expect(page.lines.map((line) => line.length > 65_536)).to.deep.equal([true]);
  });

  it('refuses a cursor that is none, and stops when time is up', async () => {
    const { kept, numbers } = await aLog(1);
    await expectError('CONFIG_NAME_INVALID', () => numbers({ cursor: '../../etc' }));
    const late = searchFiles(aQuery(), { folder: kept.folder, count: 1 }, AbortSignal.abort());
    expect(await late.catch((error: unknown) => (error as Error).name)).to.equal('AbortError');
  });
});
