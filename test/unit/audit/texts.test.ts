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
        fc.string({ unit: 'binary', maxLength: 100 }),
        fc.string({ unit: 'binary', maxLength: 30 }),
        (name, address) => {
          const text = texts(time, aDecision({ principal: name, application: name }), { address, traceId: null });
          const [line = ''] = seal({ seq: 0, hash: genesis('queries', 'c') }, [text]).lines;
          expect(line).to.match(/^[ -~]*$/);
          expect(JSON.parse(line)).to.include({ principal: name, application: name, address });
          expect(readSeal(line)?.seq).to.equal(1);
        },
      ),
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

  const recorded: readonly (readonly [CairnEvent, object | undefined])[] = [
    [
      { type: 'label-moved', source: 'main', label: 'v1', from: null, to: 'c1' },
      { source: 'main', label: 'v1', from: null, to: 'c1' },
    ],
    [
      { type: 'server-started', scheme: 'http', address: '127.0.0.1', port: 1 },
      { address: '127.0.0.1', port: 1 },
    ],
    [{ type: 'server-stopping', reason: 'SIGTERM' }, { reason: 'SIGTERM' }],
    [
      { type: 'webhook-received', host: 'github', names: 1, isReplay: false },
      { host: 'github', names: 1, isReplay: false },
    ],
    [
      { type: 'webhook-refused', host: 'github', hasSecret: true },
      { host: 'github', hasSecret: true },
    ],
    [
      { type: 'refresh-late', label: null, commit: 'c1', milliseconds: 5 },
      { label: null, commit: 'c1', milliseconds: 5 },
    ],
    [{ type: 'source-recovered', source: 'main' }, undefined],
  ];
  for (const [event, told] of recorded) {
    it(`are ${told === undefined ? 'none' : 'of a change'} for ${event.type}`, () => {
      const text = eventText(() => time, event);
      expect(text === undefined ? undefined : JSON.parse(`{${text}}`)).to.deep.equal(
        told === undefined ? undefined : { time, kind: event.type, ...told },
      );
    });
  }

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
