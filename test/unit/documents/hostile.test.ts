import { expect } from 'chai';
import type { DocumentLimits } from '#server/core/documents/limits.js';
import { invalid, parsed } from './parsed.js';

const nested = (open: string, close = ''): string => `${open.repeat(10_000)}x${close.repeat(10_000)}`;
const laughs = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  .map(
    (name, index) =>
      `${name}: &${name} [${Array<string>(9)
        .fill(`*${'abcdefgh'.charAt(index)}`)
        .join(', ')}]\n`,
  )
  .join('');
const keys = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}: ${index}\n`).join('');

const refused: readonly (readonly [string, string, RegExp, Partial<DocumentLimits>?])[] = [
  ['10,000 lists in brackets', nested('[', ']'), /nested more than 100 levels/],
  ['10,000 lists in brackets that are not closed', nested('['), /nested more than 100 levels/],
  ['10,000 maps in braces', nested('{a: ', '}'), /nested more than 100 levels/],
  ['10,000 block lists', nested('- '), /nested more than 100 levels/],
  ['10,000 complex keys', nested('? '), /nested more than 100 levels/],
  [
    'block maps past the limit',
    Array.from({ length: 101 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
    /nested more than 100 levels/,
  ],
  ['a million laughs', `a: &a [x, x]\n${laughs}`, /aliases are expanded more than 1000 times/],
  ['laughs in keys', `a: &a [x, x]\n${laughs}? *i\n: 1\n`, /aliases are expanded more than 1000 times/],
  ['a long list repeated', `a: &a [${'1,'.repeat(1000)}1]\nb: [${'*a,'.repeat(900)}1]\n`, /more than 250000 values/],
  [
    'a long map merged again and again',
    `a: &a\n  ${keys(1000).replaceAll('\n', '\n  ')}\nb:\n${'  - <<: *a\n'.repeat(900)}`,
    /more than 250000 values/,
  ],
  ['a long text repeated', `a: &a "${'x'.repeat(1e6)}"\nb: [${'*a,'.repeat(100)}1]\n`, /more than 33554432 characters/],
  [
    'a long key over many values',
    `? "${'k'.repeat(1e6)}"\n: [${'1,'.repeat(100)}1]\n`,
    /more than 33554432 characters/,
  ],
  [
    'depth by aliases',
    `a: &a [[[[x]]]]\nb: &b [[[[*a]]]]\nc: [[[[*b]]]]\n`,
    /nested more than 10 levels/,
    { depth: 10 },
  ],
  ['more documents than the limit', '--- a\n'.repeat(1001), /more than 1000 documents/],
  ['more directives than documents', '%a\n'.repeat(1001), /more than 1000 directives/],
  ['a flood of tokens', '['.concat('1,'.repeat(250_000)), /more than 500000 tokens/],
  [
    'a tag that names a class of Java',
    'a: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ["http://127.0.0.1/"]]]]\n',
    /tag/,
  ],
  ['a tag that names a function of JavaScript', 'a: !!js/function "function () { return 1 }"\n', /tag/],
  ['a tag that names a call of Python', 'a: !!python/object/apply:os.system ["touch x"]\n', /tag/],
  ['a file past the limit', 'a: xxxxxx\n', /it has 10 bytes, and at most 9 are read/, { bytes: 9 }],
];

const refusedProperties: readonly (readonly [string, string, RegExp, Partial<DocumentLimits>?])[] = [
  [
    'a list that its key makes huge',
    `${'k'.repeat(1e6)}[]=${','.repeat(100)}\n`,
    /line 1, .* more than 33554432 characters/,
  ],
  ['more properties than the limit', keys(11), /line 11, .* more than 10 values/, { nodes: 10 }],
  ['more documents than the limit', 'a=1\n#---\n'.repeat(1001), /more than 1000 documents/],
  ['a file past the limit', 'a=xxxxxxx\n', /it has 10 bytes, and at most 9 are read/, { bytes: 9 }],
];

describe('documents: hostile files', () => {
  for (const [what, text, message, limits] of refused) {
    it(`refuses ${what}`, async () => {
      expect((await invalid(text, 'app.yml', limits)).message).to.match(message);
    });
  }

  for (const [what, text, message, limits] of refusedProperties) {
    it(`refuses ${what} in .properties`, async () => {
      expect((await invalid(text, 'app.properties', limits)).message).to.match(message);
    });
  }

  it('takes nesting and aliases up to the limits', () => {
    const deep = `${'['.repeat(100)}x${']'.repeat(100)}`;
    expect([...parsed(deep).documents[0]!.properties.keys()]).to.deep.equal([`document${'[0]'.repeat(100)}`]);
    expect(parsed(`a: &a 1\nb: [${'*a,'.repeat(1000)}]\n`).documents[0]!.properties.size).to.equal(1001);
  });

  it('reads a map of 20,000 keys', () => {
    expect(parsed(keys(20_000)).documents[0]!.properties.size).to.equal(20_000);
  });

  it('reads a text of a million characters', () => {
    expect(parsed(`a: "${'x'.repeat(1e6)}"\n`).documents[0]!.properties.get('a')?.value).to.have.length(1e6);
    expect(parsed(`a=${'x'.repeat(1e6)}`, 'app.properties').documents[0]!.properties.get('a')?.value).to.have.length(
      1e6,
    );
  });

  it('reads a hundred thousand continued lines', () => {
    expect(parsed(`a=${'\\\n'.repeat(1e5)}x`, 'app.properties').documents[0]!.properties.get('a')?.value).to.equal('x');
  });

  it('counts what a file holds by its keys and values', () => {
    const small = parsed('a: x\n').bytes;
    const large = parsed(`a: ${'x'.repeat(1000)}\n`).bytes;
    expect(large - small).to.equal(1998);
  });
});
