import { expect } from 'chai';
import { aHead, aMemoryLog, checkText, isFound, randomNumbers, tampered } from '#support/tampered-log.js';
import type { Tampering } from '#support/tampered-log.js';

const file = 'queries-000000000001.jsonl';

describe('the check of a log', () => {
  const log = aMemoryLog(500);
  const text = `${log.lines.join('\n')}\n`;

  it('finds nothing in a log that nobody touched', () => {
    const report = checkText(text, log.head, [log.head]);
    expect(report).to.deep.equal({ log: 'queries', first: 1, count: 500, unacknowledged: 0, findings: [], notes: [] });
  });

  for (const how of ['edit', 'removal', 'swap', 'truncation'] as const satisfies readonly Tampering[]) {
    it(`finds each ${how} of 150 at random places`, () => {
      const random = randomNumbers(6);
      const unseen = Array.from({ length: 150 }, () => tampered(log, how, random)).filter(
        (changed) => !isFound(changed, log.head),
      );
      expect(unseen).to.deep.equal([]);
    });
  }

  it('says which line was changed, once', () => {
    const lines = [...log.lines];
    lines[41] = (lines[41] ?? '').replace('allowed', 'denied!');
    expect(checkText(`${lines.join('\n')}\n`, log.head).findings).to.deep.equal([
      { log: 'queries', file, line: 42, problem: 'record 42 was changed, or what was before it' },
    ]);
  });

  it('says where a record is missing, and goes on behind it', () => {
    const lines = [...log.lines];
    lines.splice(41, 1);
    lines[99] = 'x';
    expect(checkText(`${lines.join('\n')}\n`, log.head).findings).to.deep.equal([
      { log: 'queries', file, line: 42, problem: 'record 43 is where 42 belongs' },
      { log: 'queries', file, line: 100, problem: 'this is not a record' },
    ]);
  });

  it('says that acknowledged records are missing at the end', () => {
    expect(checkText(`${log.lines.slice(0, 498).join('\n')}\n`, log.head).findings).to.deep.equal([
      {
        log: 'queries',
        file,
        line: 498,
        problem: 'the log ends before record 499; acknowledged are those up to 500',
      },
    ]);
  });

  it('forgives whatever lies behind what was acknowledged', () => {
    const head = aHead({ ...log.head, count: 400, hash: hashOf(log.lines[399]) });
    const report = checkText(`${text}{"seq":501,"ti`, head);
    expect([report.findings, report.unacknowledged]).to.deep.equal([[], 101]);
  });

  it('finds the loss of log and head together by a head that was kept elsewhere', () => {
    const back = aHead({ ...log.head, count: 400, hash: hashOf(log.lines[399]) });
    const cut = `${log.lines.slice(0, 400).join('\n')}\n`;
    expect(checkText(cut, back).findings).to.deep.equal([]);
    expect(checkText(cut, back, [log.head]).findings.map(({ problem }) => problem)).to.deep.equal([
      'the exported head of 2026-11-24T08:46:10.123Z covers 500 records, the log 400',
    ]);
  });

  it('finds a log that was written anew by a head that was kept elsewhere', () => {
    const forged = aMemoryLog(500, 'c1');
    expect(checkText(`${forged.lines.join('\n')}\n`, forged.head, [log.head]).findings).to.deep.equal([
      {
        log: 'queries',
        file: null,
        line: null,
        problem: 'the exported head of 2026-11-24T08:46:10.123Z is of another log: this one was begun anew',
      },
    ]);
  });

  it('finds a history that was written anew under the same chain by a head that was kept elsewhere', () => {
    const exported = aHead({ ...log.head, count: 400, hash: '0'.repeat(64) });
    expect(checkText(text, log.head, [exported]).findings.map(({ line }) => line)).to.deep.equal([400]);
  });

  it('says of a head of records past their time that it cannot be held against them', () => {
    const head = aHead({ ...log.head, first: 101, start: hashOf(log.lines[99]) });
    const exported = aHead({ ...log.head, count: 50, hash: hashOf(log.lines[49]) });
    const report = checkText(`${log.lines.slice(100).join('\n')}\n`, head, [exported]);
    expect([report.findings, report.notes]).to.deep.equal([
      [],
      ['the exported head of 2026-11-24T08:46:10.123Z covers records up to 50, which are past their time'],
    ]);
  });

  it('tells of a hundred findings at most', () => {
    expect(checkText('x\n'.repeat(500), log.head).findings).to.have.length(100);
  });
});

function hashOf(line: string | undefined): string {
  return (JSON.parse(line ?? '') as { hash: string }).hash;
}
