import { expect } from 'chai';
import fc from 'fast-check';
import { isEqual } from '#sdk/snapshot/equal.js';
import { flattenObject } from '#sdk/snapshot/flatten.js';
import { frozenCopy } from '#sdk/snapshot/freeze.js';
import { describeIssues, readIssues } from '#sdk/snapshot/issues.js';
import { lookUp } from '#sdk/snapshot/lookup.js';
import { plainScalar, plainTree } from '#sdk/snapshot/plain.js';
import { Binary, Float, Timestamp, unflatten } from 'cairn-config-client/values';

describe('sdk: issues of a schema', () => {
  const tree = { db: { password: 'canary-8f2c', port: 5432, tags: ['secret-tag', 'x'] }, list: [{ pin: 7 }] };
  const input = { tree, flat: flattenObject(tree) };

  it('become keys and texts with every value taken out', () => {
    const issues = readIssues(
      [
        { message: 'Expected number but received "canary-8f2c"', path: ['db', { key: 'password' }] },
        { message: 'db must not hold canary-8f2c nor secret-tag, x', path: ['db'] },
        { message: 'Expected 1 to 5 but received 7', path: ['list', 0, 'pin'] },
        { message: 'Missing', path: ['db', 'none', 'below'] },
        { message: 'Wrong as a whole: 5432' },
      ],
      input,
    );
    expect(issues).to.deep.equal([
      { path: 'db.password', message: 'Expected number but received "…"' },
      { path: 'db', message: 'db must not hold … nor …, x' },
      { path: 'list[0].pin', message: 'Expected 1 to 5 but received …' },
      { path: 'db.none.below', message: 'Missing' },
      { path: '', message: 'Wrong as a whole: …' },
    ]);
    expect(describeIssues(issues.slice(3))).to.equal('db.none.below: Missing; (the whole): Wrong as a whole: …');
  });

  it('are told ten at most in a message, and a hundred at all', () => {
    const issues = readIssues(
      Array.from({ length: 200 }, (_, index) => ({ message: 'bad', path: ['list', index] })),
      input,
    );
    expect(issues).to.have.length(100);
    expect(describeIssues(issues)).to.match(/list\[9\]: bad; and 90 more$/);
  });
});

describe('sdk: comparison of values', () => {
  class Point {
    readonly x = 1;
  }
  const equal: readonly (readonly [unknown, unknown])[] = [
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [new Date(5), new Date(5)],
    [{ at: new URL('http://a/') }, { at: new URL('http://a') }],
    [NaN, NaN],
  ];
  const different: readonly (readonly [unknown, unknown])[] = [
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: undefined }, { b: undefined }],
    [[1], { 0: 1 }],
    [[1], [1, 2]],
    [1, 1n],
    [1, '1'],
    [null, {}],
    [new Date(5), new Date(6)],
    [new Date(5), '1970-01-01T00:00:00.005Z'],
    [new Point(), new Point()],
  ];
  it('goes by content, and by what an object prints', () => {
    expect(equal.map(([left, right]) => isEqual(left, right))).to.deep.equal(equal.map(() => true));
    expect(different.map(([left, right]) => isEqual(left, right))).to.deep.equal(different.map(() => false));
  });
});

describe('sdk: trees', () => {
  it('have typed scalars as the wire prints them', () => {
    const scalars = [new Timestamp(0), new Binary('aGk='), new Float(0.5)];
    expect(scalars.map((scalar) => plainScalar(scalar, 'auto'))).to.deep.equal([
      '1970-01-01T00:00:00.000Z',
      'aGk=',
      0.5,
    ]);
  });

  it('flatten as the server flattens a file', () => {
    const nested = {
      a: { b: [1, [2.5], { c: null }], d: {}, e: [], f: undefined },
      'g.h': true,
      big: 2n ** 70n,
      far: 1e300,
    };
    expect([...flattenObject(nested)]).to.deep.equal([
      ['a.b[0]', { value: 1n }],
      ['a.b[1][0]', { value: new Float(2.5) }],
      ['a.b[2].c', { value: null }],
      ['a.e', { value: '' }],
      ['g.h', { value: true }],
      ['big', { value: 2n ** 70n }],
      ['far', { value: new Float(1e300) }],
    ]);
  });

  it('are copied and frozen, cycles and instances too', () => {
    const node: Record<string, unknown> = { at: new Date(0), list: [{ a: 1 }] };
    node['self'] = node;
    const copy = frozenCopy(node) as typeof node;
    expect(copy).not.to.equal(node);
    expect(copy['self']).to.equal(copy);
    expect(copy['at']).to.equal(node['at']);
    expect([Object.isFrozen(copy), Object.isFrozen(copy['list']), Object.isFrozen(node)]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('give back every value at the key it was flattened from', () => {
    const name = fc.constantFrom('a', 'b-c', '__proto__', 'constructor', 'x y', '한', '[p/**]');
    const value = fc.oneof(fc.string(), fc.boolean(), fc.integer());
    const nested = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        value,
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { minKeys: 1, maxKeys: 3 }),
      ),
    })).tree;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'toString'), nested), (object) => {
        const flat = new Map(Array.from(flattenObject(object), ([key, { value: scalar }]) => [key, scalar]));
        const tree = plainTree(unflatten(flat));
        for (const [key, scalar] of flat) expect(lookUp(tree, key)).to.equal(scalar);
      }),
    );
  });
});
