import { Float } from 'cairn-config-client/values';
import { expect } from 'chai';
import { defaultDocumentLimits } from '#server/core/documents/limits.js';
import { parseFile } from '#server/core/documents/parse-file.js';
import type { AgeIdentities } from '#server/secrets/sops/age.js';
import { fixtureIdentities, readSops, sopsFixture, valuesOf } from '../../../support/sops.js';

describe('files that sops encrypted', () => {
  let identities: AgeIdentities;
  before(async () => {
    identities = await fixtureIdentities();
  });

  const names = [
    'nested.yml',
    'documents.yml',
    'unencrypted-suffix.yml',
    'encrypted-suffix.yml',
    'unencrypted-regex.yml',
    'encrypted-regex.yml',
    'unencrypted-comment-regex.yml',
    'encrypted-comment-regex.yml',
    'mac-only-encrypted.yml',
    'two-recipients.yml',
    'small.yml',
    'empty.yml',
    'whole.properties',
    'latin1.properties',
  ];
  for (const name of names)
    it(`read like what sops makes of them: ${name}`, async () => {
      const read = await readSops(identities, name, sopsFixture(`encrypted/${name}`));
      const expected = parseFile(name, sopsFixture(`decrypted/${name}`), defaultDocumentLimits);
      expect(valuesOf(read)).to.deep.equal(valuesOf(expected));
      expect(read.documentCount).to.equal(expected.documentCount);
    });

  it('keep the types of their values', async () => {
    const read = await readSops(identities, 'types.yml', sopsFixture('encrypted/types.yml'));
    expect(valuesOf(read)).to.deep.equal([
      new Map<string, unknown>([
        ['text', 'plain text'],
        ['quoted', '12345'],
        ['unicode', 'pä$$wörd ☃ 𝄞'],
        ['multiline', 'first line\nsecond line\n'],
        ['folded', 'one line'],
        ['empty', ''],
        ['nothing', ''],
        ['tilde', ''],
        ['integer', 42n],
        ['negative', -7n],
        ['octal', 511n],
        ['hexadecimal', 255n],
        ['grouped', 1_000_000n],
        ['largest', 9223372036854775807n],
        ['float', new Float(1.5)],
        ['exponent', new Float(1000)],
        ['tiny', new Float(1.5e-7)],
        ['huge', new Float(1.5e300)],
        ['infinite', new Float(Infinity)],
        ['yes', 'yes'],
        ['truth', true],
        ['untruth', false],
        ['date', '2024-05-06T00:00:00Z'],
        ['time', '2024-05-06T07:08:09.5Z'],
        ['bytes', 'hello'],
        [
          'raw',
          valuesOf(parseFile('raw.yml', Buffer.from('raw: !!binary /w=='), defaultDocumentLimits))[0]?.get('raw'),
        ],
        ['8080', 'a key of digits'],
        ['dotted.key', 'a key with a dot'],
        ['colon:key', 'a key with a colon'],
        ['__proto__', 'harmless'],
        ['constructor', 'too'],
      ]),
    ]);
  });

  it('tell where values in plain stand, and mark decrypted ones as secrets instead', async () => {
    const { documents } = await readSops(identities, 'small.yml', sopsFixture('encrypted/small.yml'));
    expect([...(documents[0]?.properties ?? [])]).to.deep.equal([
      ['a', { value: 's3cret', secret: true }],
      ['b[0]', { value: 1n, secret: true }],
      ['b[1]', { value: true, secret: true }],
      ['c_unencrypted', { value: 'hello', origin: '5:16' }],
    ]);
  });

  it('are secret in every value where they were encrypted whole', async () => {
    const { documents } = await readSops(identities, 'whole.properties', sopsFixture('encrypted/whole.properties'));
    const marks = documents.flatMap(({ properties }) => [...properties.values()].map(({ secret }) => secret));
    expect(new Set(marks)).to.deep.equal(new Set([true]));
  });

  it('leave other files as they are', async () => {
    const text = 'sops: { age: none }\nlastmodified: ENC[x]\nhint: values look like ENC[AES256_GCM,…]\n';
    const read = await readSops(identities, 'a.yml', text);
    expect(read).to.deep.equal(parseFile('a.yml', Buffer.from(text), defaultDocumentLimits));
    const properties = await readSops(identities, 'a.properties', '{"lastmodified"=1\n');
    expect(valuesOf(properties)).to.deep.equal([new Map([['{"lastmodified"', '1']])]);
  });
});
