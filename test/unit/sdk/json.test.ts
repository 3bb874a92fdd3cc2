import { expect } from 'chai';
import fc from 'fast-check';
import { Float } from 'cairn-config-client/values';
import type { JsonValue } from '#sdk/json/json-value.js';
import { readJson } from '#sdk/json/read-json.js';
import { expectError } from '../../support/expect-error.js';

/** As JSON.parse gives it, so that both can be compared. */
function asParsed(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return value.map(asParsed);
  if (!(value instanceof Map)) return value;
  const object: object = {};
  for (const [key, member] of value) {
    Object.defineProperty(object, key, {
      value: asParsed(member),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

function outcomeOf(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch {
    return 'refused';
  }
}

describe('sdk: JSON reader', () => {
  it('reads what JSON.stringify writes as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        expect(asParsed(readJson(text))).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('takes and refuses the same texts as JSON.parse, however mangled', () => {
    const piece = fc.constantFrom(
      ...Array.from('{}[],:"\\/ntfbu0123456789.eE+-'),
      ' ',
      '\n',
      '\u0000',
      'true',
      'null',
      '"a"',
      '\\u00e9',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(outcomeOf(() => asPositiveZero(asParsed(readJson(text))))).to.deep.equal(
          outcomeOf(() => asPositiveZero(JSON.parse(text) as unknown)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps integers of any size exactly, and other numbers as floats', () => {
    const text = '[9007199254740993, -12345678901234567890123, 0, 5.0, 1e3, 1E400, -0.5]';
    expect(readJson(text)).to.deep.equal([
      9007199254740993n,
      -12345678901234567890123n,
      0n,
      new Float(5),
      new Float(1000),
      new Float(Infinity),
      new Float(-0.5),
    ]);
  });

  it('keeps hostile keys as keys and takes the last of equal ones', () => {
    const read = readJson('{"__proto__":{"polluted":true},"constructor":1,"a":1,"a":2}');
    expect(read).to.deep.equal(
      new Map<string, JsonValue>([
        ['__proto__', new Map([['polluted', true]])],
        ['constructor', 1n],
        ['a', 2n],
      ]),
    );
    expect(Object.hasOwn(Object.prototype, 'polluted')).to.equal(false);
  });

  it('takes nesting up to its limit and refuses more', async () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(readJson(nested(64))).to.be.an('array');
    const error = await expectError('CONFIG_ANSWER_INVALID', () => readJson(nested(65)));
    expect(error.message).to.equal('The answer is not valid JSON: nesting deeper than 64 at character 65.');
    await expectError('CONFIG_ANSWER_INVALID', () => readJson('['.repeat(1_000_000)));
  });

  it('refuses a number that is too long to be turned into digits in reasonable time', async () => {
    const error = await expectError('CONFIG_ANSWER_INVALID', () => readJson('9'.repeat(5000)));
    expect(error.message).to.equal(
      'The answer is not valid JSON: a number of more than 4096 characters at character 1.',
    );
  });

  it('reads a string of millions of characters', () => {
    const long = 'x'.repeat(4_000_000);
    expect(readJson(JSON.stringify([long, `${long}\n`]))).to.deep.equal([long, `${long}\n`]);
  });

  const faults: readonly (readonly [string, string])[] = [
    ['', 'expected a value at its end'],
    ['{"secret":hunter2}', 'expected a value at character 11'],
    ['{"a" 1}', "expected ':' at character 6"],
    ['{a:1}', 'expected a key in quotes at character 2'],
    ['[1 2]', "expected ']' at character 4"],
    ['"ab', 'a string is not closed or holds a control character at its end'],
    ['"a\\x"', 'an unknown escape at character 3'],
    ['"\\u12g4"', 'an escape without four hexadecimal digits at character 2'],
    ['nul', 'expected a value at character 1'],
    ['01', 'expected a value at character 1'],
    ['{} {}', 'text behind the value at character 4'],
  ];
  for (const [text, message] of faults) {
    it(`refuses ${JSON.stringify(text)} naming the place and never the text`, async () => {
      const error = await expectError('CONFIG_ANSWER_INVALID', () => readJson(text));
      expect(error.message).to.equal(`The answer is not valid JSON: ${message}.`);
    });
  }
});

function asPositiveZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  return Array.isArray(value) ? value.map(asPositiveZero) : value;
}
