import { expect } from 'chai';
import { parse } from 'yaml';
import { Binary, Float, Timestamp, type Scalar, type Tree } from 'cairn-config-client/values';
import { renderYaml } from '#server/core/renditions/render-yaml.js';
import { writeYaml } from '#server/core/renditions/yaml/write-yaml.js';
import { anEnvironment } from '../../support/environments.js';
import { expectError } from '../../support/expect-error.js';

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
  [
    'a long text folded past column 80, at the first space that stands alone',
    { a: `${'x'.repeat(78)}  y z  end` },
    `a: ${'x'.repeat(78)}  y\n  z  end\n`,
  ],
  [
    'a long text without a space that stands alone in one line',
    { a: `${'x'.repeat(78)}  y  z` },
    `a: ${'x'.repeat(78)}  y  z\n`,
  ],
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
});
