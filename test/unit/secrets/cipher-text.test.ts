import { expect } from 'chai';
import fc from 'fast-check';
import { parsePrefixes, writePrefixes } from '#server/secrets/cipher-text.js';

const cases: readonly (readonly [text: string, prefixes: Readonly<Record<string, string>>, rest: string])[] = [
  ['secret', {}, 'secret'],
  ['{key:a}secret', { key: 'a' }, 'secret'],
  ['{key:a}{secret:b:c}AQ==', { key: 'a', secret: 'b:c' }, 'AQ=='],
  ['{name:orders}{profiles:dev}{key:a}x', { key: 'a' }, 'x'],
  ['{plain}{key:a}x', {}, '{key:a}x'],
  ['{key:a}{plain}{b:c}x', { key: 'a' }, '{b:c}x'],
  ['{cipher}x', {}, '{cipher}x'],
  ['{key:}x', { key: '' }, 'x'],
  ['{"a":1}', {}, '{"a":1}'],
  [' {key:a}x', {}, ' {key:a}x'],
  ['{key:a', {}, '{key:a'],
  ['x{key:a}', {}, 'x{key:a}'],
  ['{__proto__:a}x', { ['__proto__']: 'a' }, 'x'],
  ['', {}, ''],
];

describe('the prefixes of a cipher', () => {
  for (const [text, prefixes, rest] of cases) {
    it(`of ${JSON.stringify(text)} are ${JSON.stringify(prefixes)}, before ${JSON.stringify(rest)}`, () => {
      const parsed = parsePrefixes(text);
      expect([...parsed.prefixes]).to.deep.equal(Object.entries(prefixes));
      expect(parsed.rest).to.equal(rest);
    });
  }

  it('come back as they were written, and {plain} keeps any text', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}_$/), fc.stringMatching(/^[^}]{0,9}$/)),
        fc.string(),
        (keys, text) => {
          const prefixes = new Map(Object.entries(keys));
          const parsed = parsePrefixes(`${writePrefixes(prefixes)}{plain}${text}`);
          expect([...parsed.prefixes]).to.deep.equal([...prefixes]);
          expect(parsed.rest).to.equal(text);
        },
      ),
    );
  });

  it('are found in time that does not grow with their number times the length', () => {
    const text = '{a:b}'.repeat(100_000);
    expect(parsePrefixes(text).rest).to.equal('');
    expect(parsePrefixes('{a:'.repeat(100_000)).prefixes.size).to.equal(0);
  });
});
