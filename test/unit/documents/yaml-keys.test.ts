import { expect } from 'chai';
import { invalid, values } from './parsed.js';

const keys: readonly (readonly [string, readonly string[]])[] = [
  ['a:\n  b:\n    c: 1\na.b.d: 2\n', ['a.b.c', 'a.b.d']],
  ['"[bracketed.key]": 3\n', ['[bracketed.key]']],
  [
    'map:\n  "[/path/**]": 4\n  "with space": 5\n  "a/b": 6\n  한국: 7\n',
    ['map[/path/**]', 'map.with space', 'map.a/b', 'map.한국'],
  ],
  [
    'map:\n  "123": 1\n  456: 2\n  true: 3\n  1.5: 4\n  1e3: 5\n',
    ['map.123', 'map[456]', 'map[true]', 'map[1.5]', 'map[1000.0]'],
  ],
  ['on: 1\n010: 2\n', ['[true]', '[8]']],
  ['map:\n  "": 1\n', ['map.']],
  ['"":\n  a: 1\n" ":\n  b: 2\n', ['a', 'b']],
  ['? [a, b]\n: 1\n', ['[[a, b]]']],
  ['? {a: b, c: [d]}\n: 1\n', ['[{a=b, c=[d]}]']],
  ['? [~, 1]\n: 1\n', ['[[, 1]]']],
  ['? []\n: 1\n', ['']],
  ['a:\n  ? complex\n  : 14\n', ['a.complex']],
  [
    'list:\n  - a\n  - [b, c]\n  - {d: e, f: [g]}\n  - - - deep\n',
    ['list[0]', 'list[1][0]', 'list[1][1]', 'list[2].d', 'list[2].f[0]', 'list[3][0][0]'],
  ],
  ['list:\n- 1: x\n- on: y\n', ['list[0][1]', 'list[1][true]']],
  ['flow: {a, b: 1, "c":2}\n', ['flow.a', 'flow.b', 'flow.c']],
  ['!!binary aGVsbG8=: 1\n!!timestamp 2001-12-14: 2\n', ['[aGVsbG8=]', '[2001-12-14T00:00:00.000Z]']],
  ['pairs: [a: 1, b: 2]\n', ['pairs[0].a', 'pairs[1].b']],
  ['set: !!set {a, 1}\n', ['set[0]', 'set[1]']],
  ['map: !!omap [a: 1, b: 2, a: 3]\n', ['map.a', 'map.b']],
  ['map: !!map {a: 1}\nlist: !!seq [1]\n', ['map.a', 'list[0]']],
];

describe('documents: YAML keys', () => {
  for (const [text, expected] of keys) {
    it(`flattens ${JSON.stringify(text)}`, () => {
      expect(values(text).map(([key]) => key)).to.deep.equal(expected);
    });
  }

  it('leaves out empty maps, and has an empty text for empty lists and nulls', () => {
    expect(values('a: {}\nb: []\nc:\nd: [{}, [], ~]\n')).to.deep.equal([
      ['b', ''],
      ['c', ''],
      ['d[1]', ''],
      ['d[2]', ''],
    ]);
  });

  it('has the members of a set as values', () => {
    expect(values('a: &a !!set {x, 2}\nb: !!set {}\nc: *a\n')).to.deep.equal([
      ['a[0]', 'x'],
      ['a[1]', 2n],
      ['b', ''],
      ['c[0]', 'x'],
      ['c[1]', 2n],
    ]);
  });

  it('lets the later of two keys win that come to the same, at the place of the first', () => {
    expect(values('a.b: 1\nc: 2\na:\n  b: 3\n')).to.deep.equal([
      ['a.b', 3n],
      ['c', 2n],
    ]);
    expect(values('"[1]": {x: 1}\n1: {y: 2}\n')).to.deep.equal([['[1].y', 2n]]);
  });

  it('keeps keys that JavaScript objects have an opinion of', () => {
    expect(values('10: a\n9: b\n__proto__:\n  x: 1\nconstructor.prototype: 2\ntoString: 3\n')).to.deep.equal([
      ['[10]', 'a'],
      ['[9]', 'b'],
      ['__proto__.x', 1n],
      ['constructor.prototype', 2n],
      ['toString', 3n],
    ]);
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  });

  const twice: readonly (readonly [string, number, number])[] = [
    ['a: 1\nb: 2\na: 3\n', 3, 1],
    ['yes: 1\ntrue: 2\n', 2, 1],
    ['8: 1\n010: 2\n', 2, 1],
    ['1.0: 1\n1.: 2\n', 2, 1],
    ['a: {x: 1, x: 2}\n', 1, 11],
    ['? [a]\n: 1\n? [a]\n: 2\n', 3, 3],
    ['a: !!set {x, x}\n', 1, 14],
    ['<<: {x: 1, x: 2}\n', 1, 12],
  ];

  for (const [text, line, column] of twice) {
    it(`refuses ${JSON.stringify(text)}, where a key is there twice`, async () => {
      expect(await invalid(text)).to.deep.equal({
        line,
        column,
        message: `app.yml cannot be read at line ${line}, column ${column}: a key is there twice in the same map`,
      });
    });
  }

  it('takes keys of different types for different ones', () => {
    expect(values('1: a\n"1": b\n1.0: c\ntrue: d\n"true": e\n').map(([key]) => key)).to.deep.equal([
      '[1]',
      '1',
      '[1.0]',
      '[true]',
      'true',
    ]);
  });

  for (const text of ['a:\n  ~: 16\n', ': 1\n', '? \n: 1\n', 'null: 1\n', 'a: {~: 1}\n']) {
    it(`refuses the null key of ${JSON.stringify(text)}`, async () => {
      expect((await invalid(text)).message).to.match(/a key is null/);
    });
  }
});
