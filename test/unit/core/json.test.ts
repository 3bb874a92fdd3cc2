import { expect } from 'chai';
import fc from 'fast-check';
import { Binary, Float, Timestamp, type Tree } from 'cairn-config-client/values';
import { writeJson } from '#server/core/json.js';

const written: readonly (readonly [Tree, string])[] = [
  [null, 'null'],
  [true, 'true'],
  [42n, '42'],
  [-7n, '-7'],
  [123456789012345678901234567890n, '123456789012345678901234567890'],
  [new Float(1000), '1000.0'],
  [new Float(0.12345678901234568), '0.12345678901234568'],
  [new Float(1e10), '1.0E10'],
  [new Float(NaN), '"NaN"'],
  [new Float(-Infinity), '"-Infinity"'],
  [new Timestamp(Date.UTC(2001, 11, 14)), '"2001-12-14T00:00:00.000Z"'],
  [new Binary('aGVsbG8='), '"aGVsbG8="'],
  ['tab\tnewline\nquote" 한국어 😀', '"tab\\tnewline\\nquote\\" 한국어 😀"'],
  ['', '""'],
  [[], '[]'],
  [new Map(), '{}'],
  [[1n, ['b', null], new Map([['c', new Float(2)]])], '[1,["b",null],{"c":2.0}]'],
  [
    new Map<string, Tree>([
      ['10', 1n],
      ['9', 2n],
      ['__proto__', [true]],
      ['', null],
    ]),
    '{"10":1,"9":2,"__proto__":[true],"":null}',
  ],
];

describe('core: JSON', () => {
  for (const [tree, text] of written) {
    it(`writes ${text}`, () => {
      expect(writeJson(tree)).to.equal(text);
    });
  }

  it('writes what JSON.parse reads again, for every tree', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(JSON.parse(writeJson(tree))).to.deep.equal(asParsed(tree));
      }),
    );
  });
});

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.boolean(),
  fc.maxSafeInteger().map(BigInt),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Float(value)),
);
const { trees } = fc.letrec<{ trees: Tree }>((tie) => ({
  trees: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('trees'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.string({ unit: 'binary' }), tie('trees')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  ),
}));

function asParsed(tree: Tree): unknown {
  if (tree instanceof Map) {
    const object: Record<string, unknown> = {};
    for (const [name, child] of tree)
      Object.defineProperty(object, name, {
        value: asParsed(child),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return object;
  }
  if (Array.isArray(tree)) return tree.map(asParsed);
  if (typeof tree === 'bigint') return Number(tree);
  return tree instanceof Float ? tree.value : tree;
}
