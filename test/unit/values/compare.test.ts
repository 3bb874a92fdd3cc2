import { expect } from 'chai';
import {
  Binary,
  compareProperties,
  Float,
  scalarsEqual,
  Timestamp,
  type MarkedScalar,
  type Scalar,
} from 'cairn-config-client/values';

const properties = (object: Record<string, Scalar>): Map<string, MarkedScalar> =>
  new Map(Object.entries(object).map(([key, value]) => [key, { value }]));

describe('values: comparison', () => {
  it('names added, changed and removed keys with their values', () => {
    const previous = properties({ same: 1n, changed: 'a', removed: true, retyped: 5n });
    const next = properties({ added: 'new', changed: 'b', same: 1n, retyped: new Float(5) });
    const { added, changed, removed } = compareProperties(previous, next);
    expect([...added]).to.deep.equal([['added', { value: 'new' }]]);
    expect([...changed]).to.deep.equal([
      ['changed', { previous: { value: 'a' }, next: { value: 'b' } }],
      ['retyped', { previous: { value: 5n }, next: { value: new Float(5) } }],
    ]);
    expect([...removed]).to.deep.equal([['removed', { value: true }]]);
  });

  it('tells null from absent', () => {
    const { added, changed, removed } = compareProperties(properties({ a: null, b: null }), properties({ a: 'x' }));
    expect([added.size, [...changed.keys()], [...removed.keys()]]).to.deep.equal([0, ['a'], ['b']]);
  });

  it('counts what becomes a secret as changed only where it is told to', () => {
    const previous = properties({ a: 'x', b: 'y' });
    const next = new Map(previous).set('a', { value: 'x', secret: true });
    expect(compareProperties(previous, next).changed.size).to.equal(0);
    const { added, changed, removed } = compareProperties(previous, next, { marks: true });
    expect([added.size, [...changed.keys()], removed.size]).to.deep.equal([0, ['a'], 0]);
  });

  const values: readonly Scalar[] = [
    ...['', '5', '5.0', 'true', 'null', 'NaN'],
    ...[true, false, null, 5n, 12345678901234567890n],
    ...[5, NaN, Infinity, 0, -0].map((value) => new Float(value)),
    ...[new Timestamp(5), new Timestamp(6), new Binary('NQ=='), new Binary('')],
  ];
  for (const [i, left] of values.entries()) {
    it(`finds ${String(left)} (${typeof left} ${i}) equal to itself alone`, () => {
      const copy = left instanceof Float ? new Float(left.value) : left;
      expect(values.map((right) => scalarsEqual(copy, right))).to.deep.equal(values.map((_, j) => i === j));
    });
  }

  it('compares timestamps and bytes by value', () => {
    expect(scalarsEqual(new Timestamp(5), new Timestamp(5))).to.equal(true);
    expect(scalarsEqual(new Binary('NQ=='), new Binary('NQ=='))).to.equal(true);
  });
});
