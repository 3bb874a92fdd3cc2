import { expect } from 'chai';
import fc from 'fast-check';
import { unflatten, type FlatProperties, type Scalar, type Tree } from 'cairn-config-client/values';
import { expectError } from '../../support/expect-error.js';
import { plainTree } from '../../support/plain-tree.js';

const flat = (object: Record<string, Scalar>): FlatProperties => new Map(Object.entries(object));
const map = (...entries: readonly (readonly [string, unknown])[]) => ({ map: entries.map(([k, v]) => [k, v]) });

const nested: readonly (readonly [string, Record<string, Scalar>, unknown])[] = [
  ['names into maps', { 'a.b.c': 1n, 'a.b.d': 2n }, map(['a', map(['b', map(['c', 1n], ['d', 2n])])])],
  ['indexes into lists', { 'a[0]': 'x', 'a[1].b': 'y' }, map(['a', ['x', map(['b', 'y'])]])],
  ['lists into lists', { 'm[0][0]': 1n, 'm[0][1]': 2n, 'm[1][0]': 3n }, map(['m', [[1n, 2n], [3n]]])],
  ['gaps as null', { 'list[0]': 'a', 'list[3]': 'gap' }, map(['list', ['a', null, null, 'gap']])],
  ['indexes in any order', { 'list[2]': 'c', 'list[0]': 'a' }, map(['list', ['a', null, 'c']])],
  [
    'text in brackets as part of the name',
    { 'a.b[hello]': 1n, 'a.b[world]d': 2n },
    map(['a', map(['b[hello]', 1n], ['b[world]d', 2n])]),
  ],
  ['a dot in brackets as a separator', { 'br[a.b]': 1n }, map(['br[a', map(['b]', 1n])])],
  ['a key that begins with a bracket around text', { '[[a, b]]': 1n }, map(['[[a, b]]', 1n])],
  ['empty brackets as part of the name', { 'a[]': 1n }, map(['a[]', 1n])],
  ['a bracket that is never closed as part of the name', { 'a[0': 1n }, map(['a[0', 1n])],
  ['an index behind text in brackets', { 'a[x][0]': 1n }, map(['a[x]', [1n]])],
  ['digits between dots as names', { 'm.0': 'zero', 'm.1': 'one' }, map(['m', map(['0', 'zero'], ['1', 'one'])])],
  ['a trailing dot as an empty name', { 'a.': 1n }, map(['a', map(['', 1n])])],
  [
    'a scalar that is also a parent beside its children',
    { 'a.b': 1n, 'a.b.c': 2n },
    map(['a', map(['b', 1n], ['b.c', 2n])]),
  ],
  [
    'the prefix of a collision before the leaf',
    { 'hub.server': 'x', 'hub.server.timeout.millis': 1n },
    map(['hub', map(['server', 'x'], ['timeout', map(['server.millis', 1n])])]),
  ],
  ['only the last prefix of two collisions', { a: 1n, b: 2n, 'a.b.c': 3n }, map(['a', 1n], ['b', 2n], ['b.c', 3n])],
  [
    'no prefix where the collision leads to a list',
    { 'a.b': 1n, 'a.b.c[0]': 2n },
    map(['a', map(['b', 1n], ['c', [2n]])]),
  ],
  ['a scalar over the map that came before it', { 'a.b': 1n, a: 2n }, map(['a', 2n])],
  ['a map in the place of a null', { a: null, 'a.b': 1n }, map(['a', map(['b', 1n])])],
  [
    'names of Object.prototype as names',
    JSON.parse('{"__proto__.x": "1", "constructor.prototype.y": "2"}') as Record<string, Scalar>,
    map(['__proto__', map(['x', '1'])], ['constructor', map(['prototype', map(['y', '2'])])]),
  ],
];

const refused: readonly (readonly [string, readonly string[]])[] = [
  ['an empty name', ['a..b']],
  ['a leading dot', ['.a']],
  ['an index without a name', ['[0]']],
  ['an index without a name behind a dot', ['a.[0]']],
  ['text behind an index', ['br[2]x']],
  ['text in brackets behind an index', ['a[0][b]']],
  ['empty brackets behind an index', ['a[0][]']],
  ['a negative index', ['a[-1]']],
  ['an index past the limit', ['a[10001]']],
  ['an index far past the limit', ['a[999999999]']],
  ['a list where a map is', ['a.b', 'a[0]']],
  ['a list where a value is', ['a', 'a[0]']],
  ['a map where a value is in a list', ['a[0]', 'a[0].b']],
  ['a list where a value is in a list', ['a[0]', 'a[0][0]']],
  ['a map where a list is in a list', ['a[0][0]', 'a[0].b']],
  ['more than 100 levels', [Array.from({ length: 101 }, () => 'a').join('.')]],
];

describe('values: unflatten', () => {
  for (const [what, input, expected] of nested) {
    it(`nests ${what}`, () => {
      expect(plainTree(unflatten(flat(input)))).to.deep.equal(expected);
    });
  }

  for (const [what, keys] of refused) {
    it(`refuses ${what} and names the key`, async () => {
      const input = new Map<string, Scalar>(keys.map((key) => [key, 'x']));
      const error = await expectError('CONFIG_KEYS_NOT_NESTABLE', () => unflatten(input));
      expect(error.message).to.contain(JSON.stringify(keys.at(-1)).slice(1, 100));
    });
  }

  it('takes an index at the limit, and another limit where one is given', async () => {
    const tree = unflatten(flat({ 'a[3]': 'x' }), { maxIndex: 3 });
    expect(plainTree(tree)).to.deep.equal(map(['a', [null, null, null, 'x']]));
    await expectError('CONFIG_KEYS_NOT_NESTABLE', () => unflatten(flat({ 'a[4]': 'x' }), { maxIndex: 3 }));
  });

  it('refuses short keys that together ask for very many gaps', async () => {
    const bomb = new Map<string, Scalar>(Array.from({ length: 1000 }, (_, i) => [`l${i}[10000]`, 'x']));
    await expectError('CONFIG_KEYS_NOT_NESTABLE', () => unflatten(bomb));
  });

  it('reads a long key with many brackets in one pass', () => {
    const key = `a[${'1'.repeat(200_000)}x${']'.repeat(200_000)}`;
    expect(plainTree(unflatten(flat({ [key]: 1n })))).to.deep.equal(map([key, 1n]));
  });

  it('cuts a long key in the message', async () => {
    const error = await expectError('CONFIG_KEYS_NOT_NESTABLE', () =>
      unflatten(flat({ [`${'k'.repeat(5000)}..x`]: 1n })),
    );
    expect(error.message.length).to.be.lessThan(400);
  });

  it('undoes flattening for every tree of names and values', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(plainTree(unflatten(flatten(tree)))).to.deep.equal(plainTree(tree));
      }),
    );
  });

  it('pollutes no prototype, whatever the keys', () => {
    const name = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'a', '[0]', '.', 'b[1]');
    fc.assert(
      fc.property(fc.array(fc.array(name, { minLength: 1, maxLength: 4 })), (keys) => {
        const before = Object.getOwnPropertyNames(Object.prototype).length;
        try {
          unflatten(new Map(keys.map((parts) => [parts.join('.'), 'x'])));
        } catch (error) {
          expect((error as { code?: string }).code).to.equal('CONFIG_KEYS_NOT_NESTABLE');
        }
        expect(Object.getOwnPropertyNames(Object.prototype).length).to.equal(before);
        expect('x' in {}).to.equal(false);
      }),
    );
  });
});

const leaf: fc.Arbitrary<Tree> = fc.oneof(fc.string(), fc.boolean(), fc.bigInt());
const key = fc.string({
  unit: fc.constantFrom('a', 'B', '0', '-', '_', ' ', '한', '😀', '(', ']'),
  minLength: 1,
  maxLength: 5,
});
const { trees } = fc.letrec<{ trees: Map<string, Tree>; tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('tree'), { minLength: 1, maxLength: 3 }), tie('trees')),
  trees: fc.array(fc.tuple(key, tie('tree')), { minLength: 1, maxLength: 4 }).map((entries) => new Map(entries)),
}));

function flatten(tree: Tree, path = '', into = new Map<string, Scalar>()): Map<string, Scalar> {
  if (tree instanceof Map) tree.forEach((child, name) => flatten(child, path === '' ? name : `${path}.${name}`, into));
  else if (Array.isArray(tree)) tree.forEach((child, i) => flatten(child, `${path}[${i}]`, into));
  else into.set(path, tree);
  return into;
}
