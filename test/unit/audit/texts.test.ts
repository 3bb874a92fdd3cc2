import { expect } from 'chai';
import fc from 'fast-check';
import { asciiJson } from '#server/audit/ascii-json.js';
import { createDecisionTexts } from '#server/audit/decision-text.js';
import { eventText } from '#server/audit/event-text.js';
import { failedEvent } from '#server/audit/failed-event.js';
import { genesis, readSeal, seal } from '#server/audit/seal.js';
import { ConfigServerError } from '#server/core/errors.js';
import type { CairnEvent } from '#server/core/events.js';
import { aDecision, anOccasion } from '#support/audit-log.js';

const time = '2026-11-24T08:46:10.123Z';

describe('texts of records', () => {
  it('are ASCII in one line, whatever a name has, and read as they were written', () => {
    const texts = createDecisionTexts();
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'binary', maxLength: 30 }),
        (name, address) => {
          const text = texts(time, aDecision({ principal: name, application: name }), { address, traceId: null });
          const [line = ''] = seal({ seq: 0, hash: genesis('queries', 'c') }, [text]).lines;
          expect(line).to.match(/^[ -~]*$/);
          expect(JSON.parse(line)).to.include({ principal: name, application: name, address });
          expect(readSeal(line)?.seq).to.equal(1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('have long texts cut, so that nobody decides how long a record is', () => {
    expect(asciiJson({ a: 'x'.repeat(5_000) }).length).to.equal(1_024 + '{"a":"\\u2026"}'.length);
  });

  it('have what is not in every decision only where it is there', () => {
    const text = createDecisionTexts()(time, aDecision({ resource: 'a/b.conf', withheld: 2 }), {
      address: null,
      traceId: 'x y',
    });
    expect(JSON.parse(`{${text}}`)).to.include({ resource: 'a/b.conf', withheld: 2, address: null, traceId: 'x y' });
    expect(createDecisionTexts()(time, aDecision(), anOccasion)).to.not.contain('withheld');
  });

  it('are of every change, with names only', () => {
    const file = { path: 'a.yml', change: 'added' as const, concerns: [], keys: ['k'] };
    const change = { commits: [{ id: 'c2', author: 'Ann <a@x>', time: 0 }], files: [file], isComplete: true };
    const moved = { source: 'main', label: 'v1', from: null, to: 'c2' };
    const lease = { path: 'database/creds/orders', scope: 'server' };
    const invalid = { source: 'main', file: 'a.yml', line: 2, version: 'c2', servedVersion: 'c1' };
    const forbidden = { path: 'secret/a', key: 'k', propertySource: 'a.yml', application: 'a', profiles: 'p' };
    const named = { added: [{ user: 'ann' }], changed: [], removed: [{ token: 'abcd', name: 'ci' }], isComplete: true };
    const events: readonly (readonly [CairnEvent, object])[] = [
      [
        { type: 'server-started', scheme: 'http', address: '::1', port: 1 },
        { address: '::1', port: 1 },
      ],
      [{ type: 'server-stopping', reason: 'SIGTERM' }, { reason: 'SIGTERM' }],
      [{ type: 'label-moved', ...moved }, moved],
      [
        { type: 'change-described', ...moved, change },
        {
          ...moved,
          commits: [{ id: 'c2', author: 'Ann <a@x>', time: '1970-01-01T00:00:00.000Z' }],
          files: [file],
          isComplete: true,
        },
      ],
      [{ type: 'file-invalid', ...invalid, column: 3, message: 'near canary' }, invalid],
      [
        { type: 'webhook-refused', host: 'github', hasSecret: true },
        { host: 'github', hasSecret: true },
      ],
      [
        { type: 'secret-rotated', path: 'secret/a', isDeleted: false },
        { path: 'secret/a', isDeleted: false },
      ],
      [{ type: 'secret-forbidden', ...forbidden }, forbidden],
      [
        { type: 'lease-replaced', ...lease, seconds: 60 },
        { ...lease, seconds: 60 },
      ],
      [
        { type: 'lease-failed', ...lease, action: 'renew', reason: 'canary' },
        { ...lease, action: 'renew' },
      ],
      [{ type: 'policy-replaced', generation: 2 }, { generation: 2 }],
      [{ type: 'policy-refused', message: 'canary' }, {}],
      [
        { type: 'credentials-replaced', generation: 2, ...named },
        { generation: 2, ...named },
      ],
      [{ type: 'credentials-refused', message: 'canary' }, {}],
      [{ type: 'tls-failed', message: 'canary' }, {}],
    ];
    for (const [event, told] of events)
      expect(JSON.parse(`{${eventText(() => time, event) ?? ''}}`)).to.deep.equal({ time, kind: event.type, ...told });
  });

  it('are none of what changes nothing', () => {
    const events: readonly CairnEvent[] = [
      { type: 'source-recovered', source: 'main' },
      { type: 'lease-renewed', path: 'database/creds/orders', scope: 'server', seconds: 1 },
      { type: 'notice', message: 'canary' },
    ];
    expect(events.map((event) => eventText(() => time, event))).to.deep.equal(events.map(() => undefined));
  });

  it('say of a failure what it is, and nothing that a library says', () => {
    const canary = 'postgres://u:canary@host';
    const failures = [
      new ConfigServerError('CONFIG_AUDIT_LOCKED', 'taken over'),
      Object.assign(new Error(canary), { code: 'ENOSPC' }),
      Object.assign(new Error(canary), { code: 'EDQUOT' }),
      Object.assign(new Error(canary), { code: '28P01' }),
      Object.assign(new Error(canary), { code: canary }),
      new Error(canary),
      canary,
    ];
    expect(failures.map((failure) => failedEvent('x', failure).message)).to.deep.equal([
      'taken over',
      'the disk is full',
      'the disk is full',
      'records cannot be kept: 28P01',
      'records cannot be kept',
      'records cannot be kept',
      'records cannot be kept',
    ]);
  });

  it('are no records where a part is missing', () => {
    const [line = ''] = seal({ seq: 4, hash: genesis('queries', 'c') }, ['"a":1']).lines;
    const bad = [
      '',
      '{}',
      line.slice(1),
      line.slice(0, -1),
      line.replace('"hash"', '"Hash"'),
      line.replace(/.{3}"\}$/, 'XYZ"}'),
    ];
    expect([line, ...bad].map((text) => readSeal(text)?.seq)).to.deep.equal([5, ...bad.map(() => undefined)]);
  });
});
