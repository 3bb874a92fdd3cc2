import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Binary, Float, Timestamp, type Scalar, type Tree } from 'cairn-config-client/values';
import { renderYaml } from '#server/core/renditions/render-yaml.js';
import { writeYaml } from '#server/core/renditions/yaml/write-yaml.js';
import { anEnvironment } from '../../support/environments.js';
import { expectError } from '../../support/expect-error.js';
import { plainTree } from '../../support/plain-tree.js';

const asWritten = { resolvePlaceholders: false, stripDocument: true };

const scalars: readonly (readonly [string, Scalar, string])[] = [
  ['an integer of any size', 123456789012345678901234567890n, '123456789012345678901234567890'],
  ['a float', new Float(1000), '1000.0'],
  ['a float with an exponent', new Float(1e10), '1.0E10'],
  ['infinity', new Float(Infinity), '.inf'],
  ['negative infinity', new Float(-Infinity), '-.inf'],
  ['not a number', new Float(NaN), '.NaN'],
  ['a boolean', true, 'true'],
  ['null', null, 'null'],
  ['a date', new Timestamp(Date.UTC(2001, 11, 14)), '2001-12-14T00:00:00Z'],
  ['an instant with milliseconds', new Timestamp(Date.UTC(2001, 11, 14, 21, 59, 43, 100)), '2001-12-14T21:59:43.100Z'],
  ['bytes', new Binary('aGVsbG8='), '!!binary |-\n  aGVsbG8='],
  ['no bytes', new Binary(''), '!!binary ""'],
  ['the text of an integer', '8080', "'8080'"],
  ['a text that other parsers take for the type `value`', '=', "'='"],
  ['a text with a control character', '\x01', '!!binary |-\n  AQ=='],
];

const documents: readonly (readonly [string, Record<string, Scalar>, string])[] = [
  ['an empty environment as an empty map', {}, '{}\n'],
  ['a top-level list as a sequence', { 'document[0]': 'a', 'document[1].b': 1n }, '- a\n- b: 1\n'],
  ['a top-level text bare', { document: 'just a string' }, 'just a string\n'],
  ['a top-level number as text', { document: 5n }, "'5'\n"],
  ['a top-level boolean as text', { document: true }, "'true'\n"],
  ['a top-level text of several lines as a literal', { document: 'a\nb' }, '|-\n  a\n  b\n'],
  ['a map named document bare', { 'document.a': 1n }, 'a: 1\n'],
  ['document beside another key as any key', { document: 'x', other: 'y' }, 'document: x\nother: y\n'],
  ['lists in lists compactly', { 'm[0][0]': 1n, 'm[0][1]': 2n, 'm[1][0]': 3n }, 'm:\n- - 1\n  - 2\n- - 3\n'],
  ['an empty name after a question mark', { 'a.': 1n }, "a:\n  ? ''\n  : 1\n"],
];

describe('renditions: YAML', () => {
  for (const [what, value, text] of scalars) {
    it(`writes ${what}`, () => {
      expect(renderYaml(anEnvironment([{ k: value }]), asWritten)).to.equal(`k: ${text}\n`);
    });
  }

  for (const [what, properties, text] of documents) {
    it(`writes ${what}`, () => {
      expect(renderYaml(anEnvironment([properties]), asWritten)).to.equal(text);
    });
  }

  it('keeps the key document where it is told to', () => {
    const environment = anEnvironment([{ 'document[0]': 'a' }]);
    expect(renderYaml(environment, { ...asWritten, stripDocument: false })).to.equal('document:\n- a\n');
  });

  it('quotes a number that came from a placeholder, and drops spring.profiles', () => {
    const environment = anEnvironment([
      { port: 8080n, copy: '${port}', 'spring.profiles': 'dev', 'spring.profiles.active': 'x' },
    ]);
    const text = renderYaml(environment, { resolvePlaceholders: true, stripDocument: true });
    expect(text).to.equal("port: 8080\ncopy: '8080'\nspring:\n  profiles:\n    active: x\n");
  });

  it('refuses to write more than its limit', async () => {
    const deep = Array.from({ length: 20 }, (_, i): [string, Tree] => [`k${i}`, [[[['x']]]]]);
    await expectError('CONFIG_TOO_LARGE', () => writeYaml(new Map(deep), 100));
  });

  it('quotes what a placeholder brought in, so that the document stays whole', () => {
    const environment = anEnvironment([{ evil: 'x\nadmin: true', copy: '${evil}' }]);
    const text = renderYaml(environment, { resolvePlaceholders: true, stripDocument: true });
    expect(parse(text)).to.deep.equal({ evil: 'x\nadmin: true', copy: 'x\nadmin: true' });
  });

  it('is read again as the same tree by a parser of YAML 1.1', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const read = parse(writeYaml(tree), { version: '1.1', mapAsMap: true, intAsBigInt: true }) as Tree;
        expect(plainTree(read)).to.deep.equal(plainTree(tree));
      }),
      { numRuns: 500 },
    );
  });
});

// The parser takes `y` and `n` for booleans, and blanks at line ends and other line breaks than \n otherwise than SnakeYAML.
const isReadAlike = (text: string) =>
  !/^[yYnN]$|[\x85\u2028\u2029\ufeff]|[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
const word = fc.constantFrom(
  'a',
  'longer-word',
  'x'.repeat(40),
  '0',
  '-1',
  '1e3',
  'true',
  'null',
  '~',
  '-',
  '---',
  '?',
  ':',
  '#',
  "'",
  '"',
  '[',
  '{',
  '!',
  '|',
  '%',
  '@',
  '<<',
  '한국어',
  '😀',
  '\\',
  "it's",
  '2001-12-14',
  '12:30',
  'a: b',
);
const words = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', '', '  ', '\n', '\t')), { maxLength: 25 })
  .map((pairs) => pairs.flat().join(''));
const text = fc.oneof(word, words, fc.string({ unit: 'grapheme' })).filter(isReadAlike);
const leaf: fc.Arbitrary<Tree> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 1, arbitrary: fc.oneof(fc.boolean(), fc.bigInt(), fc.constant(null)) },
);
const { trees } = fc.letrec<{ trees: Tree; tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('tree'), { maxLength: 4 }), tie('trees')),
  trees: fc.array(fc.tuple(text, tie('tree')), { maxLength: 4 }).map((entries) => new Map(entries)),
}));
