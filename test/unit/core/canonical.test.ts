import { expect } from 'chai';
import fc from 'fast-check';
import { Binary, Float, scalarsEqual, Timestamp, type Scalar } from 'cairn-config-client/values';
import { canonicalText } from '#server/core/canonical.js';
import { aPropertySource } from '../../support/environments.js';

const text = (entries: readonly (readonly [string, Scalar])[], name = 'a') =>
  canonicalText([aPropertySource(name, new Map(entries))]);

describe('core: canonical text', () => {
  it('holds names, keys and typed values in their order, one a line', () => {
    const sources = [
      aPropertySource('high', { k: 'v', n: 5n }),
      aPropertySource('low', { 'b[0]': new Float(5), c: null }),
    ];
    expect(canonicalText(sources)).to.equal('#"high"\n"k"="v"\n"n"=5\n#"low"\n"b[0]"=float 5.0\n"c"=null\n');
  });

  it('does not depend on origins', () => {
    expect(canonicalText([aPropertySource('a', { k: 'v' }, { k: '1:1' })])).to.equal(text([['k', 'v']]));
  });

  it('holds which values are secrets', () => {
    const properties = new Map([['k', { value: 'v', secret: true } as const]]);
    expect(canonicalText([{ name: 'a', properties }])).to.equal('#"a"\n"k"!="v"\n');
  });

  const pairs: readonly (readonly [string, string, string])[] = [
    ['another name', text([['k', 'v']], 'b'), text([['k', 'v']])],
    [
      'another order',
      text([
        ['a', 1n],
        ['b', 2n],
      ]),
      text([
        ['b', 2n],
        ['a', 1n],
      ]),
    ],
    ['a key cut elsewhere', text([['a=', 'b']]), text([['a', '=b']])],
    [
      'a value that looks like the next line',
      text([['a', 'x"\n"b"="y']]),
      text([
        ['a', 'x'],
        ['b', 'y'],
      ]),
    ],
    [
      'a source cut in two',
      canonicalText([aPropertySource('a', { x: 1n }), aPropertySource('b', { y: 2n })]),
      text([
        ['x', 1n],
        ['#"b', 2n],
      ]),
    ],
    ['a lone surrogate', text([['a', '\ud800']]), text([['a', '\ufffd']])],
  ];
  for (const [what, one, other] of pairs) {
    it(`differs for ${what}`, () => {
      expect(one).to.not.equal(other);
    });
  }

  it('is the same text only for the same keys and values', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const isSame =
          one.length === other.length &&
          one.every(([key, value], i) => key === other[i]![0] && scalarsEqual(value, other[i]![1]));
        expect(text(one) === text(other)).to.equal(isSame);
      }),
      { numRuns: 500 },
    );
  });
});

const scalar: fc.Arbitrary<Scalar> = fc.constantFrom<Scalar>(
  '',
  '5',
  '5.0',
  'null',
  'float 5.0',
  '"',
  '\n',
  null,
  true,
  5n,
  new Float(5),
  new Float(-0),
  new Float(0),
  new Timestamp(5),
  new Binary('NQ=='),
);
const entries = fc.uniqueArray(fc.tuple(fc.constantFrom('a', '#', '"', '\n', '='), scalar), {
  selector: ([key]) => key,
  maxLength: 3,
});
