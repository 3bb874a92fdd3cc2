import { expect } from 'chai';
import { invalid, values } from './parsed.js';

const texts: readonly (readonly [string, string, string])[] = [
  ['a single-quoted text', "'it''s'", "it's"],
  ['escapes of a double-quoted text', '"tab\\tnewline\\nquote\\" \\u00e9 \\U0001F600"', 'tab\tnewline\nquote" é 😀'],
  ['a literal text', '|\n  one\n  two\n', 'one\ntwo\n'],
  ['a literal text without its last break', '|-\n  one\n  two\n', 'one\ntwo'],
  ['a literal text with all its breaks', '|+\n  one\n\n', 'one\n\n'],
  ['a literal text with an indentation of its own', '|2\n    one\n', '  one\n'],
  ['a literal text at the end of a file without a break', '|\n  one', 'one'],
  ['a folded text', '>\n  folded\n  text\n\n  new paragraph\n', 'folded text\nnew paragraph\n'],
  ['a plain text over lines', 'one\n  two\n\n  three\n', 'one two\nthree'],
  ['a quoted text over lines', '"one\n  two\n\n  three"\n', 'one two\nthree'],
  ['colons and hashes within a plain text', 'a:b#c', 'a:b#c'],
  ['a comment behind a text', 'text # comment', 'text'],
];

describe('documents: YAML texts', () => {
  for (const [what, text, value] of texts) {
    it(`reads ${what}`, () => {
      expect(values(`key: ${text}`)).to.deep.equal([['key', value]]);
    });
  }

  it('drops a byte order mark', () => {
    expect(values('\uFEFFa: 1\n')).to.deep.equal([['a', 1n]]);
  });

  for (const lineBreak of ['\r\n', '\r', '\u0085']) {
    it(`takes ${JSON.stringify(lineBreak)} for a line break`, () => {
      expect(values(['a: 1', 'b: |', '  x', '  y', ''].join(lineBreak))).to.deep.equal([
        ['a', 1n],
        ['b', 'x\ny\n'],
      ]);
    });
  }

  for (const text of ["'x''", '"x\\"', "'", '"', '"x\ny: 1']) {
    it(`refuses the quoted text ${JSON.stringify(text)}, which is not closed`, async () => {
      expect((await invalid(`key: ${text}`)).message).to.match(/not closed|closing quote/);
    });
  }
});
