import { expect } from 'chai';
import { invalid, origins, values } from './parsed.js';

const base = 'base: &base\n  timeout: 5\n  retries: 3\n';
/** What a file has besides `base`. */
const besides = (text: string) => values(base + text).slice(2);

describe('documents: anchors and merge keys', () => {
  it('repeats an anchored node wherever an alias names it', () => {
    expect(values('a: &a hello\nb: *a\nc: &c [1, {d: 2}]\ne: *c\n')).to.deep.equal([
      ['a', 'hello'],
      ['b', 'hello'],
      ['c[0]', 1n],
      ['c[1].d', 2n],
      ['e[0]', 1n],
      ['e[1].d', 2n],
    ]);
  });

  it('gives a repeated value the place where it is written', () => {
    expect(origins('a: &a hello\nb: *a\n')).to.deep.equal(['a 1:4', 'b 1:4']);
  });

  it('takes the newest node where an anchor is given twice', () => {
    expect(values('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').map(([, value]) => value)).to.deep.equal([1n, 1n, 2n, 2n]);
  });

  it('takes an alias for a key', () => {
    expect(values('a: &a k\n*a : 2\n')).to.deep.equal([
      ['a', 'k'],
      ['k', 2n],
    ]);
  });

  it('merges a map, whose entries yield to those of the map itself', () => {
    expect(besides('x:\n  <<: *base\n  retries: 9\n  own: 1\n')).to.deep.equal([
      ['x.timeout', 5n],
      ['x.retries', 9n],
      ['x.own', 1n],
    ]);
  });

  it('merges an alias that comes behind the entries it yields to', () => {
    expect(besides('x:\n  retries: 9\n  <<: *base\n')).to.deep.equal([
      ['x.retries', 9n],
      ['x.timeout', 5n],
    ]);
  });

  it('merges a list of maps: aliases yield to what was before, inline maps do not, as recorded', () => {
    const text = 'x: &x {timeout: 6, more: 2}\ny:\n  <<: [*base, *x]\nz:\n  <<: [*base, {timeout: 7, extra: 1}]\n';
    expect(besides(text).slice(2)).to.deep.equal([
      ['y.timeout', 5n],
      ['y.retries', 3n],
      ['y.more', 2n],
      ['z.timeout', 7n],
      ['z.retries', 3n],
      ['z.extra', 1n],
    ]);
  });

  it('merges what was merged before', () => {
    expect(besides('x: &x\n  <<: *base\n  own: 1\ny:\n  <<: *x\n').slice(3)).to.deep.equal([
      ['y.timeout', 5n],
      ['y.retries', 3n],
      ['y.own', 1n],
    ]);
    expect(values('x: {<<: {<<: {a: 1}, b: 2}, c: 3}\n')).to.deep.equal([
      ['x.a', 1n],
      ['x.b', 2n],
      ['x.c', 3n],
    ]);
  });

  it('takes more than one merge key in a map', () => {
    expect(besides('x: &x {more: 2}\ny:\n  <<: *base\n  <<: *x\n').slice(1)).to.deep.equal([
      ['y.timeout', 5n],
      ['y.retries', 3n],
      ['y.more', 2n],
    ]);
  });

  it('takes the tag !!merge for a merge key', () => {
    expect(values('!!merge x: {a: 1}\n')).to.deep.equal([['a', 1n]]);
  });

  it('takes a quoted << for an ordinary key', () => {
    expect(values('"<<": {a: 1}\n')).to.deep.equal([['<<.a', 1n]]);
  });

  for (const text of ['<<: text\n', '<<: [text]\n', '<<: [[{a: 1}]]\n', '<<:\n', 'a: &a 1\nb:\n  <<: *a\n']) {
    it(`refuses to merge ${JSON.stringify(text)}`, async () => {
      expect((await invalid(text)).message).to.match(/only a map or a list of maps can be merged/);
    });
  }

  for (const text of ['a: &a [*a]\n', 'a: &a\n  b: *a\n', 'a: &a\n  <<: *a\n', '&a [*a]\n', 'a: &a [&b [*b]]\n']) {
    it(`refuses ${JSON.stringify(text)}, which would contain itself`, async () => {
      expect((await invalid(text)).message).to.match(/an alias refers to a node that contains it/);
    });
  }

  it('refuses an alias without an anchor before it', async () => {
    expect(await invalid('a: *b\nb: &b 1\n')).to.deep.include({ line: 1, column: 4 });
    expect(await invalid('*a\n')).to.deep.include({ line: 1, column: 1 });
  });

  it('forgets anchors at the end of their document', async () => {
    expect(await invalid('a: &a 1\n---\nb: *a\n')).to.deep.include({ line: 3, column: 4 });
  });
});
