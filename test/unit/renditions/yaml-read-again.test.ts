import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Binary, Float, type Scalar, type Tree } from 'cairn-config-client/values';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { parseFile } from '#server/core/documents/parse-file.js';
import { renderYaml } from '#server/core/renditions/render-yaml.js';
import { writeYaml } from '#server/core/renditions/yaml/write-yaml.js';
import { anEnvironment } from '../../support/environments.js';
import { plainTree } from '../../support/plain-tree.js';

describe('renditions: YAML read again', () => {
  it('gives the same properties in the same order, where it is served as a file', () => {
    fc.assert(
      fc.property(flatProperties, (properties) => {
        const text = renderYaml(anEnvironment([properties]), { resolvePlaceholders: false, stripDocument: false });
        const { documents } = parseFile('app.yml', Buffer.from(text), defaultDocumentLimits);
        const read = [...documents[0]!.properties].map(([key, { value }]) => [key, value]);
        expect(read).to.deep.equal([...properties]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same tree to another parser of YAML 1.1', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const read = parse(writeYaml(tree), { version: '1.1', mapAsMap: true, intAsBigInt: true }) as Tree;
        expect(plainTree(read)).to.deep.equal(plainTree(tree));
      }),
      { numRuns: 300 },
    );
  });
});

// Neither parser breaks lines where YAML 1.1 does besides \n; texts with other characters are written as !!binary.
const isReadAlike = (text: string) =>
  !/[\x85\u2028\u2029\ufeff]|[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
// The other parser takes `y` and `n` for booleans and `.` or `-08` for numbers, which YAML 1.1 and SnakeYAML do not.
const isTypedAlike = (text: string) => !/^[yYnN]$|^[-+._:\d]+$/.test(text);

const word = fc.constantFrom(
  ...[
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
  ],
  ...['{', '!', '|', '%', '@', '<<', '=', '한국어', '😀', '\\', "it's", '2001-12-14', '12:30', 'a: b', '.', '-08', 'y'],
);
const words = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', '', '  ', '\n', '\t')), { maxLength: 25 })
  .map((pairs) => pairs.flat().join(''));
const text = fc.oneof(word, words, fc.string({ unit: 'grapheme' })).filter(isReadAlike);

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 1, arbitrary: fc.oneof(fc.boolean(), fc.bigInt()) },
  {
    weight: 1,
    arbitrary: fc.oneof(fc.double(), fc.constantFrom(NaN, -Infinity, 1e10)).map((value) => new Float(value)),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ minLength: 1, maxLength: 90 })
      .map((bytes) => new Binary(Buffer.from(bytes).toString('base64'))),
  },
);
// A blank name is no prefix for what is below it, as in the reference.
const name = text.filter((candidate) => candidate.trim() !== '' && !/[.[\]]/.test(candidate));
const flatProperties: fc.Arbitrary<Map<string, Scalar>> = fc
  .uniqueArray(fc.tuple(name, fc.option(name), scalar), { minLength: 1, maxLength: 6, selector: ([first]) => first })
  .map(
    (rows) => new Map(rows.map(([first, second, value]) => [second === null ? first : `${first}.${second}`, value])),
  );

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  { weight: 5, arbitrary: text.filter(isTypedAlike) },
  { weight: 1, arbitrary: fc.oneof(fc.boolean(), fc.bigInt(), fc.constant(null)) },
);
const { trees } = fc.letrec<{ trees: Tree; tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('tree'), { maxLength: 4 }), tie('trees')),
  trees: fc
    .array(fc.tuple(text.filter(isTypedAlike), tie('tree')), { maxLength: 4 })
    .map((entries) => new Map(entries)),
}));
