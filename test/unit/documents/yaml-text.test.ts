import { expect } from 'chai';
import { ignoreFlowIndentation } from '#server/core/documents/lenient-lexer.js';
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

  for (const [text, value] of [
    ['"-----BEGIN\nMII=\n-----END"', '-----BEGIN MII= -----END'],
    ["'one\n\ntwo'", 'one\ntwo'],
    ['"one\\\ntwo"', 'onetwo'],
  ] as const) {
    it(`lets the quoted text ${JSON.stringify(text)} go on without indentation`, () => {
      expect(values(`map:\n  - key: ${text}\n    next: 1\n`)).to.deep.equal([
        ['map[0].key', value],
        ['map[0].next', 1n],
      ]);
    });
  }

  for (const text of ['[\na,\n{b: c}\n]', '[a,\n  {\nb:\nc}]', '[\n"a", # comment\n\n{\n"b": "c"\n}\n]']) {
    it(`lets ${JSON.stringify(text)} go on without indentation`, () => {
      expect(values(`map:\n  list: ${text}\n  next: one\n    two\n`)).to.deep.equal([
        ['map.list[0]', 'a'],
        ['map.list[1].b', 'c'],
        ['map.next', 'one two'],
      ]);
    });
  }

  for (const text of ['[a\n---\nb]', '"a\n---\nb"', '"a\n...\nb"']) {
    it(`ends ${JSON.stringify(text)} at the separator of documents`, async () => {
      expect((await invalid(`key: ${text}`)).message).to.match(/not closed|indentation|missing/);
    });
  }

  it('leaves a lexer as it is that does not have what makes it lenient', () => {
    const lexer = { pos: 0, indentNext: 3 };
    const seen = ignoreFlowIndentation(lexer, '[]');
    seen('[');
    expect(lexer).to.deep.equal({ pos: 0, indentNext: 3 });
  });

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
      expect(await invalid(`key: ${text}`)).to.include({ line: 1, column: 6 });
    });
  }
});
