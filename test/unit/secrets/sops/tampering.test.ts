import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { isConfigServerError } from '#server/core/errors.js';
import type { AgeIdentities } from '#server/secrets/sops/age.js';
import { expectError } from '../../../support/expect-error.js';
import { fixtureIdentities, readSops, sopsFixture, valuesOf } from '../../../support/sops.js';

describe('a SOPS file that was changed', () => {
  let identities: AgeIdentities;
  before(async () => {
    identities = await fixtureIdentities();
  });
  const small = sopsFixture('encrypted/small.yml').toString();
  const [a = '', , one = '', truth = ''] = small.split('\n');
  const valueOf = (line: string): string => /ENC\[.*\]/.exec(line)?.[0] ?? '';

  const outcome = async (content: Buffer): Promise<unknown> => {
    try {
      return valuesOf(await readSops(identities, 'small.yml', content));
    } catch (error) {
      return isConfigServerError(error, 'CONFIG_FILE_INVALID') ? 'refused' : error;
    }
  };

  it('is refused whichever byte was flipped, but for what sops does not sign and nothing comes of', async function () {
    this.timeout(20_000);
    const original = Buffer.from(small);
    const served = valuesOf(await readSops(identities, 'small.yml', original));
    const same: number[] = [];
    const other: number[] = [];
    for (const [at, byte] of original.entries()) {
      const flipped = Buffer.from(original);
      flipped[at] = byte ^ (1 << ((at + 3) % 7));
      const result = await outcome(flipped);
      if (isDeepStrictEqual(result, served)) same.push(at);
      else if (result !== 'refused') other.push(at);
    }
    // Names of keys whose values are in plain, as far as the suffix leaves them in plain.
    expect(other).to.deep.equal([small.indexOf('c_unencrypted')]);
    const lines = new Set(same.map((at) => small.slice(0, at).split('\n').length));
    expect([...lines].map((line) => small.split('\n')[line - 1]?.trim())).to.deep.equal([
      'unencrypted_suffix: _unencrypted',
      'version: 3.10.2',
    ]);
  });

  const other = sopsFixture('encrypted/two-recipients.yml').toString();
  const mac = /mac: (ENC\[.*\])/.exec(small)?.[1] ?? '';
  const lastModified = /lastmodified: "(.*)"/.exec(small)?.[1] ?? '';
  const cases: readonly (readonly [string, (text: string) => string])[] = [
    ['two values swapped', (text) => text.replace(one, 'X').replace(truth, one).replace('X', truth)],
    ['a key renamed', (text) => text.replace('a:', 'd:')],
    ['a value moved below another key', (text) => text.replace(valueOf(a), valueOf(one))],
    ['a value of another file', (text) => text.replace(valueOf(a), valueOf(other))],
    ['a value taken out', (text) => text.replace(`${one}\n`, '')],
    ['a value emptied', (text) => text.replace(valueOf(one), '""')],
    ['a value made null', (text) => text.replace(valueOf(one), '~')],
    ['a value put in plain', (text) => text.replace(valueOf(a), 's3cret')],
    ['a value put in plain below the suffix', (text) => text.replace(a, 'a_unencrypted: S3cret')],
    ['an item made a comment', (text) => text.replace('type:int', 'type:comment')],
    ['a value made a comment', (text) => text.replace('type:str', 'type:comment')],
    ['a type that there is not', (text) => text.replace('type:str', 'type:text')],
    ['a text made a number', (text) => text.replace('type:str', 'type:int')],
    ['a text made a float', (text) => text.replace('type:str', 'type:float')],
    ['a text made a boolean', (text) => text.replace('type:str', 'type:bool')],
    ['a tag cut short', (text) => text.replace(/tag:.{16}/, (tag) => tag.slice(0, 12))],
    ['a tag of four bytes', (text) => text.replace(/tag:[^,]*,/, 'tag:AAAAAA==,')],
    ['no IV', (text) => text.replace(/iv:[^,]*,/, 'iv:,')],
    ['an endless IV', (text) => text.replace(/iv:[^,]*,/, `iv:${'AAAA'.repeat(40)},`)],
    [
      'base64 with bits left over',
      (text) => text.replace(/==,type:int/, (end) => end).replace(/(tag:.{21}).==/, '$1B=='),
    ],
    ['something behind a value', (text) => text.replace(valueOf(a), `${valueOf(a)}x`)],
    ['a plain value changed', (text) => text.replace('hello', 'Hello')],
    ['a plain value added', (text) => `x_unencrypted: 1\n${text}`],
    ['an order changed', (text) => `c_unencrypted: hello\n${text.replace('c_unencrypted: hello\n', '')}`],
    ['a document added', (text) => `${text}---\nx_unencrypted: 1\n`],
    ['a list added as a document', (text) => `${text}---\n- 1\n`],
    ['a word added as a document', (text) => `${text}---\nword\n`],
    ['an alias', (text) => `${text.replace('hello', '&x hello')}d_unencrypted: *x\n`],
    ['a tag on a map', (text) => text.replace('b:\n', 'b: !!set\n')],
    ['a tag on a key', (text) => text.replace('a:', '!!binary a:')],
    ['a tag on a plain value', (text) => text.replace('hello', '!!timestamp hello')],
    ['a tag of its own', (text) => text.replace('hello', '!mine hello')],
    ['a list as key', (text) => `? [a]\n: 1\n${text}`],
    ['a key there twice', (text) => `c_unencrypted: ""\n${text}`],
    ['no MAC', (text) => text.replace(/ {4}mac: .*\n/, '')],
    ['an empty MAC', (text) => text.replace(mac, '""')],
    ['a MAC in plain', (text) => text.replace(mac, 'A'.repeat(128))],
    ['a value as MAC', (text) => text.replace(mac, valueOf(a))],
    ['a later time', (text) => text.replace(lastModified, '2099-01-01T00:00:00Z')],
    ['a time with a fraction', (text) => text.replace('Z"', '.5Z"')],
    ['another rule', (text) => text.replace('unencrypted_suffix', 'encrypted_suffix')],
    ['two rules', (text) => `${text}    encrypted_regex: x\n`],
    ['MAC of what is encrypted alone', (text) => `${text}    mac_only_encrypted: true\n`],
    ['a flag that is none', (text) => `${text}    mac_only_encrypted: perhaps\n`],
    ['metadata with a key twice', (text) => `${text}    version: 3.10.2\n`],
    ['no recipients', (text) => text.replace('age:', 'pgp:')],
    ['a recipient that is no map', (text) => text.replace('- recipient', '- x\n        - recipient')],
    ['a recipient that is a text', (text) => text.replace(/- recipient: [^]*?-----END.*\n/, '- age1x\n')],
    ['recipients that are a text', (text) => text.replace(/age:\n[^]*?-----END.*\n/, 'age: age1x\n')],
    ['a rule that is a list', (text) => text.replace(': _unencrypted', ': [_unencrypted]')],
    ['a list as key of the metadata', (text) => `${text}    ? [a]\n    : 1\n    ? [b]\n    : 2\n`],
    ['a flag that is a list', (text) => `${text}    mac_only_encrypted: [true]\n`],
    ['a list that became the first document', (text) => `- 1\n---\n${text}`],
    ['metadata renamed', (text) => text.replace('sops:', 'soaps:')],
    ['metadata that is a text', (text) => text.replace(/sops:[^]*/, 'sops: none\n')],
    ['metadata in the second document alone', (text) => `x: 1\n---\n${text}`],
    [
      'the data key of another file',
      (text) => text.replace(/-----BEGIN[^]*END AGE/, /-----BEGIN[^]*?END AGE/.exec(other)?.[0] ?? ''),
    ],
    ['an endless data key', (text) => text.replace('-----BEGIN', `${'A'.repeat(17_000)}\n            -----BEGIN`)],
  ];
  for (const [title, change] of cases)
    it(`is refused: ${title}`, async () => {
      const changed = change(small);
      expect(changed).to.not.equal(small);
      const error = await expectError('CONFIG_FILE_INVALID', () => readSops(identities, 'small.yml', changed));
      expect(error.message).to.match(/^small\.yml cannot be read at line \d+, column \d+: /);
      expect(error.message).to.not.match(/s3cret|hello|AGE-SECRET|Ciphers?|age1|[A-Za-z0-9+/]{32}/i);
    });

  it('says one thing of a value, a MAC and a data key that do not authenticate', async () => {
    const flip = (text: string): string => text.slice(0, -20) + (text.at(-20) === 'A' ? 'B' : 'A') + text.slice(-19);
    const changes = [
      small.replace(valueOf(a), flip(valueOf(a))),
      small.replace(mac, flip(mac)),
      small.replace('YWdl', 'YWdm'),
    ];
    const said = await Promise.all(
      changes.map(async (text) => {
        const { message } = await expectError('CONFIG_FILE_INVALID', () => readSops(identities, 'small.yml', text));
        return message.replace(/ at line \d+, column \d+/, '');
      }),
    );
    expect(new Set(said)).to.deep.equal(
      new Set([
        'small.yml cannot be read: it was changed after SOPS had encrypted it: a value, its key or the order of values is not what was signed; restore it, or edit it with sops',
      ]),
    );
  });

  it('is refused where it was encrypted whole and is no more', async () => {
    const whole = sopsFixture('encrypted/whole.properties').toString();
    const read = (text: string) => expectError('CONFIG_FILE_INVALID', () => readSops(identities, 'a.properties', text));
    expect((await read(whole.replace('"data"', '"date"'))).message).to.contain('it was changed after SOPS');
    const [, data = ''] = /("data": "[^"]*"),/.exec(whole) ?? [];
    const ones = [whole.replace(data, `${data}, "x": null`), `${whole}\n---\n{"x": null}\n`, `${whole}---\n`];
    for (const text of ones) expect((await read(text)).message).to.contain('has not `data` as its one value');
    expect((await read(whole.replace('"sops"', '"soap"'))).message).to.contain(
      'of .properties files only those are read',
    );
    expect((await read(whole.replace('{', ' {'))).message).to.contain('of .properties files only those are read');
    const { message } = await read(sopsFixture('encrypted/small.yml').toString().replace(/^a/, '{}\n---\na'));
    expect(message).to.contain('of .properties files only those are read');
  });
});
