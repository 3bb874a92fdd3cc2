import { expect } from 'chai';
import { invalid } from './parsed.js';

const cases: readonly (readonly [string, number, number, string])[] = [
  ['a:\n\tb: 1\n', 2, 1, 'a tab is used as indentation'],
  ['a:\n  - b\n c: d\n', 3, 1, 'the indentation does not fit what is around it'],
  ['a: [1, 2\nb: 3\n', 1, 8, 'a key goes over more than one line; a colon or a closing bracket may be missing'],
  ['a: b: c\n', 1, 4, 'a nested map or list cannot stand on the line of its key'],
  ['a: - b\n', 1, 4, 'something stands where YAML does not allow it'],
  ['a: ]\n', 1, 4, 'something stands where YAML does not allow it'],
  ['}\n', 1, 1, 'something stands where YAML does not allow it'],
  ['a: @b\n', 1, 4, 'a plain text cannot begin with this character; put it in quotes'],
  [
    'a: 1\nb\nc: 2\n',
    2,
    1,
    'something is missing: a closing quote or bracket, a comma, a blank, or the colon behind a key',
  ],
  ['a: "\\q"\n', 1, 5, 'a double-quoted text has an escape that YAML does not know'],
  ['a: "b\n', 1, 4, 'a quoted text is not closed'],
  ['a: "b\n\n---\nc: "\n', 1, 4, 'a quoted text is not closed'],
  ["a:\n- 'b''\nc: d\n", 2, 3, 'a quoted text is not closed'],
  ['a: &b &c d\n', 1, 7, 'a node has more than one anchor'],
  ['a: !!str !!int d\n', 1, 10, 'a node has more than one tag'],
  ['a: &a 1\nb: &b *a\n', 2, 7, 'an alias cannot have an anchor or a tag'],
  [`${'k'.repeat(1100)}: 1\n`, 1, 1, 'a key is longer than 1024 characters'],
  ['a: 1\n---\nb: [\n', 4, 1, 'the indentation does not fit what is around it'],
  ['a: x\u0000y\n', 1, 5, 'a control character is not allowed in YAML'],
  ['a: x\u0085b: \u009Fy\n', 2, 4, 'a control character is not allowed in YAML'],
];

describe('documents: YAML errors', () => {
  for (const [text, line, column, what] of cases) {
    it(`says of ${JSON.stringify(text.slice(0, 40))} where it is broken and how`, async () => {
      expect(await invalid(text)).to.deep.equal({
        line,
        column,
        message: `app.yml cannot be read at line ${line}, column ${column}: ${what}`,
      });
    });
  }

  it('tells where a file is not UTF-8', async () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode('a: é\nb: '), 0xe9, 0x0a);
    expect(await invalid(bytes)).to.deep.equal({
      line: 2,
      column: 4,
      message: 'app.yml cannot be read at line 2, column 4: it is not UTF-8',
    });
  });

  it('refuses UTF-16', async () => {
    expect((await invalid(Uint8Array.of(0xff, 0xfe, 0x61, 0x00, 0x3a, 0x00))).line).to.equal(1);
  });

  for (const text of [
    'password: "canary\n',
    'a: [canary\n',
    'canary canary\nb: 1\n',
    'a: "\\qcanary"\n',
    '%canary\n@',
    'a: !canary b',
  ]) {
    it(`does not repeat the text of ${JSON.stringify(text)}`, async () => {
      expect((await invalid(text)).message).not.to.match(/canary/);
    });
  }

  it('refuses a file of another kind', async () => {
    expect(await invalid('a: 1\n', 'app.json')).to.deep.equal({
      line: undefined,
      column: undefined,
      message: 'app.json cannot be read: its name does not end in .yml, .yaml or .properties',
    });
  });
});
