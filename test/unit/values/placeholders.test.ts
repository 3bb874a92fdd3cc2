import { expect } from 'chai';
import fc from 'fast-check';
import {
  Float,
  resolvePlaceholders,
  resolveText,
  Timestamp,
  type MarkedScalar,
  type Scalar,
} from 'cairn-config-client/values';
import { expectError } from '../../support/expect-error.js';

const known = new Map<string, Scalar>([
  ['host', 'example.com'],
  ['port', 8080n],
  ['name', 'app'],
  ['ratio', new Float(1000)],
  ['on', true],
  ['nothing', null],
  ['empty', ''],
  ['when', new Timestamp(0)],
  ['url', 'http://${host}:${port}/'],
  ['indirect', '${url}${name}'],
  ['key.app', 'by name'],
  ['list[0]', 'first'],
  ['a:b', 'with colon'],
  ['escaped', '\\${port}'],
]);
const lookup = (key: string) => known.get(key);

const texts: readonly (readonly [string, string])[] = [
  ['plain', 'plain'],
  ['', ''],
  ['${host}', 'example.com'],
  ['${port}', '8080'],
  ['${ratio} ${on} ${when}', '1000.0 true 1970-01-01T00:00:00.000Z'],
  ['${host}-${host}-${port}', 'example.com-example.com-8080'],
  ['${indirect}', 'http://example.com:8080/app'],
  ['${missing}', '${missing}'],
  ['${nothing}', '${nothing}'],
  ['${nothing:default}', 'default'],
  ['${empty:default}', ''],
  ['${missing:}', ''],
  ['${missing:fallback}', 'fallback'],
  ['${missing:http://x:80/y}', 'http://x:80/y'],
  ['${missing:a{b}c}', 'a{b}c'],
  ['${a:${b:${c:deep}}}', 'deep'],
  ['${outer${name}:${port}}', '8080'],
  ['${key.${name}}', 'by name'],
  ['${key.${name}:unused ${host}}', 'by name'],
  ['${other.${name}}', '${other.app}'],
  ['${list[0]}', 'first'],
  ['${a:b}', 'with colon'],
  ['${a\\:b}', 'with colon'],
  ['${ port }', '${ port }'],
  ['${unclosed', '${unclosed'],
  ['${unclosed ${host}', '${unclosed example.com'],
  ['${host}}', 'example.com}'],
  ['{${host}', '{example.com'],
  ['$port $ {port} #{1 + 1}', '$port $ {port} #{1 + 1}'],
  ['${}', '${}'],
  ['${:x}', 'x'],
  ['\\${host}', '${host}'],
  ['\\\\${host}', '${host}'],
  ['\\\\\\${host}', '\\${host}'],
  ['a\\${host}b${host}', 'a${host}bexample.com'],
  ['\\${a ${host}}', '${a example.com}'],
  ['${missing:\\${host}}', '${host}'],
  ['${escaped}', '${port}'],
  ['C:\\dir\\${name', 'C:\\dir${name'],
];

const unmarked = (flat: ReadonlyMap<string, Scalar>): Map<string, MarkedScalar> =>
  new Map(Array.from(flat, ([key, value]) => [key, { value }]));

describe('values: placeholders', () => {
  for (const [text, expected] of texts) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
      expect(resolveText(text, lookup)).to.equal(expected);
    });
  }

  it('replaces placeholders in string values only, and leaves what it resolved a string', () => {
    const flat = new Map<string, Scalar>([
      ['port', 8080n],
      ['text', '${port}'],
      ['ratio', new Float(0.5)],
      ['none', null],
    ]);
    expect([...resolvePlaceholders(unmarked(flat))]).to.deep.equal([
      ['port', { value: 8080n }],
      ['text', { value: '8080' }],
      ['ratio', { value: new Float(0.5) }],
      ['none', { value: null }],
    ]);
  });

  it('looks keys up where it is told to', () => {
    const flat = new Map<string, Scalar>([['a', '${b}']]);
    const lookUp = (key: string): MarkedScalar => ({ value: `<${key}>` });
    expect(resolvePlaceholders(unmarked(flat), lookUp).get('a')).to.deep.equal({ value: '<b>' });
  });

  const cycles: readonly (readonly [string, Record<string, string>, string])[] = [
    ['a value that is its own placeholder', { self: '${self}' }, '"self" → "self"'],
    ['a value that is its own placeholder with a default', { self: '${self:d}' }, '"self" → "self"'],
    ['two values that need each other', { one: '${two}', two: '${one}' }, '"two" → "one" → "two"'],
    ['a value that appends to itself', { name: '${name}-dev' }, '"name" → "name"'],
  ];
  for (const [what, object, path] of cycles) {
    it(`refuses ${what} and names the keys`, async () => {
      const flat = new Map<string, Scalar>(Object.entries(object));
      const error = await expectError('CONFIG_PLACEHOLDER_CYCLE', () => resolvePlaceholders(unmarked(flat)));
      expect(error.message).to.contain(path);
    });
  }

  it('refuses values that double each other before they fill the memory', async () => {
    const bomb = new Map<string, Scalar>([['k0', 'x'.repeat(100)]]);
    for (let i = 1; i <= 60; i += 1) bomb.set(`k${i}`, `\${k${i - 1}}`.repeat(2));
    await expectError('CONFIG_TOO_LARGE', () => resolvePlaceholders(unmarked(bomb)));
    await expectError('CONFIG_TOO_LARGE', () => resolveText('${k60}', (key) => bomb.get(key)));
  });

  it('resolves values that double nothing in linear time', () => {
    const flat = new Map<string, Scalar>([['k0', '']]);
    for (let i = 1; i <= 60; i += 1) flat.set(`k${i}`, `\${k${i - 1}}`.repeat(2));
    expect(resolvePlaceholders(unmarked(flat)).get('k60')).to.deep.equal({ value: '' });
  });

  it('refuses many values that each take in a large one', async () => {
    const flat = new Map<string, Scalar>([['large', 'x'.repeat(1_000_000)]]);
    for (let i = 0; i < 1000; i += 1) flat.set(`k${i}`, '${large}');
    await expectError('CONFIG_TOO_LARGE', () => resolvePlaceholders(unmarked(flat)));
  });

  it('refuses very many placeholders, in one text or in many', async () => {
    await expectError('CONFIG_TOO_LARGE', () => resolveText('${port}'.repeat(100_001), lookup));
    const flat = new Map<string, Scalar>([['k', '']]);
    for (let i = 0; i < 2000; i += 1) flat.set(`k${i}`, '${k}'.repeat(100));
    await expectError('CONFIG_TOO_LARGE', () => resolvePlaceholders(unmarked(flat)));
  });

  it('refuses a chain of values without end and nesting without end', async () => {
    await expectError('CONFIG_TOO_LARGE', () => resolveText('${k0}', (key) => `\${k${Number(key.slice(1)) + 1}}`));
    await expectError('CONFIG_TOO_LARGE', () => resolveText('${a:'.repeat(5000) + '}'.repeat(5000), lookup));
  });

  it('reads a long text of opened placeholders in one pass', () => {
    const text = '${'.repeat(500_000);
    expect(resolveText(text, lookup)).to.equal(text);
  });

  it('leaves every text without a dollar brace as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('${'));
        expect(resolveText(text, lookup)).to.equal(text);
      }),
    );
  });

  it('leaves texts of unknown keys as they are, whatever stands around them', () => {
    const piece = fc.constantFrom('${unknown}', '${un.known[0]}', '{', '}', '$', ' ', 'text', '한', '${open');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        expect(resolveText(text, () => undefined)).to.equal(text);
      }),
    );
  });

  it('puts any value in verbatim that has no placeholder', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, around) => {
        fc.pre(!value.includes('${') && !/[$\\{}]/.test(around));
        expect(resolveText(`${around}\${k}${around}`, () => value)).to.equal(`${around}${value}${around}`);
      }),
    );
  });
});

describe('values: placeholders of secrets', () => {
  const marked: ReadonlyMap<string, MarkedScalar> = new Map<string, MarkedScalar>([
    ['password', { value: 'hunter2', secret: true }],
    ['port', { value: 5432n, secret: true }],
    ['host', { value: 'db' }],
    ['of.hunter2', { value: 'plain' }],
    ['url', { value: 'jdbc:${host}:${port}' }],
  ]);
  const isSecret = (value: Scalar): boolean =>
    resolvePlaceholders(new Map([...marked, ['asked', { value }]])).get('asked')?.secret === true;

  const texts: readonly (readonly [string, boolean])[] = [
    ['${host}', false],
    ['${password}', true],
    ['user:${password}@${host}', true],
    ['${port}', true],
    ['${url}', true],
    ['${absent:${password}}', true],
    ['${host:${password}}', false],
    ['${of.${password}}', true],
    ['${absent.${password}}', true],
    ['${absent.${password}:default}', true],
    ['\\${password}', false],
    ['hunter2', false],
  ];
  for (const [text, expected] of texts) {
    it(`make ${JSON.stringify(text)} ${expected ? 'a secret' : 'no secret'}`, () => {
      expect(isSecret(text)).to.equal(expected);
    });
  }

  it('leave the mark on values that have none', () => {
    expect([...resolvePlaceholders(marked)]).to.deep.equal([
      ...[...marked].slice(0, 4),
      ['url', { value: 'jdbc:db:5432', secret: true }],
    ]);
  });

  it('are not in what is told of a cycle, or of too much', async () => {
    const cyclic = new Map([...marked, ['of.hunter2', { value: '${of.${password}}' }]]);
    const cycle = await expectError('CONFIG_PLACEHOLDER_CYCLE', () => resolvePlaceholders(cyclic));
    expect(cycle.message).to.equal(
      'The placeholder of "of.${password}" needs its own value: "of.${password}" → "of.${password}".',
    );
    const large = new Map([...marked, ['of.hunter2', { value: 'x'.repeat(1_000_000) }]]);
    large.set('all', { value: '${of.${password}}'.repeat(20) });
    const tooLarge = await expectError('CONFIG_TOO_LARGE', () => resolvePlaceholders(large));
    expect(tooLarge.message).to.contain('at "of.${password}"');
    const lookUp = (key: string): MarkedScalar | undefined =>
      marked.get(key) ?? { value: `\${n${Number(/\d+/.exec(key)) + 1}-\${password}}` };
    const endless = new Map([['all', { value: '${n0}' }]]);
    const tooDeep = await expectError('CONFIG_TOO_LARGE', () => resolvePlaceholders(endless, lookUp));
    expect(tooDeep.message).to.contain('at "n100-${password}"');
  });
});
