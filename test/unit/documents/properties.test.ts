import { expect } from 'chai';
import { documents, invalid, values } from './parsed.js';

const file = 'app.properties';

const lines: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['a=b', [['a', 'b']]],
  ['a:b', [['a', 'b']]],
  ['a b', [['a', 'b']]],
  ['a\tb\fc', [['a', 'b\fc']]],
  ['a = : b', [['a', ': b']]],
  ['a   b', [['a', 'b']]],
  ['a = b  ', [['a', 'b  ']]],
  ['a=b=c:d', [['a', 'b=c:d']]],
  ['a', [['a', '']]],
  ['a=', [['a', '']]],
  ['=b', []],
  ['  =b', []],
  ['\n\n  \n', []],
  ['# comment\n! comment\n  # comment\na=b # not comment\n', [['a', 'b # not comment']]],
  [
    'a\\ b=1\na\\=b=2\na\\:b=3\n',
    [
      ['a b', '1'],
      ['a=b', '2'],
      ['a:b', '3'],
    ],
  ],
  ['a=\\t\\n\\r\\f\\\\\\x\\"\n', [['a', '\t\n\r\f\\x"']]],
  ['a=\\u00e9\\uD55C\\u0041\n', [['a', 'é한A']]],
  ['a=\\ud83d\\ude00\n', [['a', '😀']]],
  ['a=\\u0020b\n', [['a', ' b']]],
  ['a=one \\\n    two \\\r\n\t three\n', [['a', 'one two three']]],
  [
    'a=one\\\n\nb=2\n',
    [
      ['a', 'one'],
      ['b', '2'],
    ],
  ],
  ['a=one\\\n# two\n', [['a', 'one# two']]],
  ['a=x\\', [['a', 'x']]],
  [
    'a=x\\\\\nb=y\n',
    [
      ['a', 'x\\'],
      ['b', 'y'],
    ],
  ],
  ['a\\\nb=1\n', [['ab', '1']]],
  [
    'dup=first\nx=1\ndup=second\n',
    [
      ['dup', 'second'],
      ['x', '1'],
    ],
  ],
  [
    'list[0]=a\nlist[3]=b\n',
    [
      ['list[0]', 'a'],
      ['list[3]', 'b'],
    ],
  ],
  [
    'list[]=a,b,,c\n',
    [
      ['list[0]', 'a'],
      ['list[1]', 'b'],
      ['list[2]', ''],
      ['list[3]', 'c'],
    ],
  ],
  [
    'list[]= a, b \n',
    [
      ['list[0]', 'a'],
      ['list[1]', 'b '],
    ],
  ],
  [
    'list[]=a\\,b,c\\\n  ,d\n',
    [
      ['list[0]', 'a,b'],
      ['list[1]', 'c'],
      ['list[2]', 'd'],
    ],
  ],
  ['list[]=\n', [['list[0]', '']]],
  ['list[]=a,\n', [['list[0]', 'a']]],
  [
    '10=a\n9=b\n__proto__=c\nconstructor.prototype.x=d\n',
    [
      ['10', 'a'],
      ['9', 'b'],
      ['__proto__', 'c'],
      ['constructor.prototype.x', 'd'],
    ],
  ],
  // The reference takes an escaped comment character at the beginning of a line for a comment.
  ['\\#a=1\nb=2\n', [['b', '2']]],
  ['a#b=1\n', [['a#b', '1']]],
];

const streams: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
  ['separates documents', 'a=1\n#---\nb=2\n!---\nc=3\n', [['a'], ['b'], ['c']]],
  ['takes blanks behind a separator', 'a=1\n#--- \t\nb=2\n', [['a'], ['b']]],
  ['takes a separator at the end of the file', 'a=1\n#---', [['a']]],
  ['does not count documents without properties', '#---\n#---\na=1\n#---\n!---\nb=2\n#---\n', [['a'], ['b']]],
  ['does not take an indented separator', 'a=1\n #---\nb=2\n', [['a', 'b']]],
  ['does not take a separator with text behind it', 'a=1\n#--- x\nb=2\n#----\nc=3\n', [['a', 'b', 'c']]],
  ['does not take a separator without its hyphens', 'a=1\n#--\nb=2\n#\nc=3\n', [['a', 'b', 'c']]],
  ['does not take a separator below a comment of its kind', 'a=1\n# comment\n#---\nb=2\n', [['a', 'b']]],
  ['takes a separator below a comment of the other kind', 'a=1\n! comment\n#---\nb=2\n', [['a'], ['b']]],
  ['does not take a separator above a comment', 'a=1\n#---\n# comment\nb=2\n', [['a', 'b']]],
  ['has each document for itself', 'a=1\n#---\na=2\n', [['a'], ['a']]],
];

describe('documents: .properties', () => {
  for (const [text, expected] of lines) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(values(text, file)).to.deep.equal(expected);
    });
  }

  for (const [what, text, expected] of streams) {
    it(what, () => {
      expect(documents(text, file).map((document) => document.map(([key]) => key))).to.deep.equal(expected);
    });
  }

  it('reads bytes as ISO-8859-1', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, code) => code).filter((code) => code > 13 && code !== 92);
    const text = String.fromCharCode(...bytes);
    expect(values(Uint8Array.of(107, 61, ...bytes), file)).to.deep.equal([['k', text]]);
  });

  for (const [text, line, column] of [
    ['a=\\u12', 1, 3],
    ['a=1\nb=x\\uZZZZ\n', 2, 4],
    ['a=1\n  \\u00g0=1\n', 2, 3],
  ] as const) {
    it(`refuses the malformed escape of ${JSON.stringify(text)}`, async () => {
      expect(await invalid(text, file)).to.deep.equal({
        line,
        column,
        message: `app.properties cannot be read at line ${line}, column ${column}: an escape \\u is not followed by four hexadecimal digits`,
      });
    });
  }
});
