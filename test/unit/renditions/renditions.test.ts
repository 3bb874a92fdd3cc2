import { expect } from 'chai';
import { Binary, Float, Timestamp, type Scalar } from 'cairn-config-client/values';
import { placeholderResolver, withServerErrors } from '#server/core/renditions/merged-properties.js';
import { renderJson } from '#server/core/renditions/render-json.js';
import { renderProperties } from '#server/core/renditions/render-properties.js';
import { renderYaml } from '#server/core/renditions/render-yaml.js';
import { anEnvironment } from '../../support/environments.js';
import { expectError } from '../../support/expect-error.js';

const asWritten = { resolvePlaceholders: false };
const resolved = { resolvePlaceholders: true };

describe('renditions: .properties', () => {
  it('writes one line a key, without escapes and without a last line feed', () => {
    const properties = {
      plain: 'a=b # c',
      lines: 'x\ny',
      'key with: colon': '',
      none: null,
      flag: true,
      'list[0]': 'z',
    };
    expect(renderProperties(anEnvironment([properties]), asWritten)).to.equal(
      'plain: a=b # c\nlines: x\ny\nkey with: colon: \nnone: null\nflag: true\nlist[0]: z',
    );
  });

  it('writes numbers, instants and bytes as text', () => {
    const properties = {
      big: 123456789012345678901n,
      float: new Float(1000),
      infinity: new Float(-Infinity),
      date: new Timestamp(Date.UTC(2001, 11, 14)),
      instant: new Timestamp(Date.UTC(2026, 0, 4, 9, 5, 7, 123)),
      bytes: new Binary('aGVsbG8='),
    };
    expect(renderProperties(anEnvironment([properties]), asWritten)).to.equal(
      'big: 123456789012345678901\nfloat: 1000.0\ninfinity: -Infinity\ndate: Fri Dec 14 00:00:00 UTC 2001\n' +
        'instant: Sun Jan 04 09:05:07 UTC 2026\nbytes: aGVsbG8=',
    );
  });

  it('replaces placeholders in keys and values where it is told to', () => {
    const environment = anEnvironment([{ name: 'app', 'of.${name}': '${name}!' }]);
    expect(renderProperties(environment, resolved)).to.equal('name: app\nof.app: app!');
    expect(renderProperties(environment, asWritten)).to.equal('name: app\nof.${name}: ${name}!');
  });

  it('answers keys that cannot be nested', () => {
    expect(renderProperties(anEnvironment([{ 'a..b': 1n }]), resolved)).to.equal('a..b: 1');
  });
});

describe('renditions: JSON', () => {
  it('nests, keeps types and merges from the lowest source up', () => {
    const high = { 'server.port': '8082', 'list[0]': 'x' };
    const low = { 'info.url': 'u', 'server.port': 8081n, 'list[0]': 'a', 'list[1]': 'b', ratio: new Float(2) };
    expect(renderJson(anEnvironment([high, low]), asWritten)).to.equal(
      '{"info":{"url":"u"},"server":{"port":"8082"},"ratio":2.0,"list":["x"]}',
    );
  });

  it('stays JSON whatever placeholders bring in', () => {
    const environment = anEnvironment([{ evil: '","admin":"', copy: '${evil}', open: '${evil' }]);
    expect(JSON.parse(renderJson(environment, resolved))).to.deep.equal({
      evil: '","admin":"',
      copy: '","admin":"',
      open: '${evil',
    });
  });

  it('looks placeholders up in the highest source that has the key, also where an array was replaced', () => {
    const environment = anEnvironment([
      { 'list[0]': 'high', a: '${list[0]} ${list[1]} ${spring.profiles}' },
      { 'list[0]': 'low', 'list[1]': 'hidden', 'spring.profiles': 'p' },
    ]);
    expect(renderJson(environment, resolved)).to.equal('{"a":"high hidden p","list":["high"]}');
  });
});

describe('renditions: refusals', () => {
  const renderers = [
    ['JSON', renderJson],
    [
      'YAML',
      (environment: ReturnType<typeof anEnvironment>, options: typeof resolved) =>
        renderYaml(environment, { ...options, stripDocument: true }),
    ],
  ] as const;
  const bomb = Array.from({ length: 60 }, (_, i) => [`k${i}`, i === 0 ? 'x'.repeat(99) : `\${k${i - 1}}`.repeat(2)]);
  const refused: readonly (readonly [string, string, Record<string, Scalar>, string])[] = [
    ['a key that cannot be nested', 'CONFIG_KEYS_NOT_NESTABLE', { 'a..b': 1n }, '"a..b"'],
    ['an index past the limit', 'CONFIG_KEYS_NOT_NESTABLE', { 'a[999999999]': 1n }, '"a[999999999]"'],
    ['a placeholder cycle', 'CONFIG_PLACEHOLDER_CYCLE', { one: '${two}', two: '${one}' }, '"two" → "one" → "two"'],
    ['a placeholder bomb', 'CONFIG_TOO_LARGE', Object.fromEntries(bomb) as Record<string, string>, '"k1'],
  ];
  for (const [name, render] of renderers) {
    for (const [what, code, properties, named] of refused) {
      it(`${name} refuses ${what} with ${code}`, async () => {
        const error = await expectError(code, () => render(anEnvironment([properties]), resolved));
        expect(error.name).to.equal('ConfigServerError');
        expect(error.message).to.contain(named);
      });
    }
  }

  it('resolves any text against the environment, with errors of this server', async () => {
    const resolve = placeholderResolver(anEnvironment([{ port: 1n, self: '${self}' }]));
    expect(resolve('listen ${port}; ${missing:d} ${missing}')).to.equal('listen 1; d ${missing}');
    expect((await expectError('CONFIG_PLACEHOLDER_CYCLE', () => resolve('${self}'))).name).to.equal(
      'ConfigServerError',
    );
  });

  it('lets errors that are none of the values pass as they are', () => {
    const act = () =>
      withServerErrors(() => {
        throw new RangeError('another');
      });
    expect(act).to.throw(RangeError, 'another');
  });

  it('leaves prototypes alone, whatever the keys', () => {
    const keys = JSON.parse(
      '{"__proto__.polluted": "1", "constructor.prototype.polluted": "2", "__proto__[0]": "3"}',
    ) as Record<string, string>;
    const environment = anEnvironment([{ ...keys, a: '${__proto__} ${constructor}' }]);
    expect(renderProperties(environment, resolved)).to.contain('a: ${__proto__} ${constructor}');
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});
