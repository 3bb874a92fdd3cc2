import { expect } from 'chai';
import { noIdentities, readAgeIdentities } from '#server/secrets/sops/age.js';
import type { AgeIdentities } from '#server/secrets/sops/age.js';
import { expectError } from '../../../support/expect-error.js';
import { fixtureIdentities, readSops, sopsFixture, valuesOf } from '../../../support/sops.js';

describe('a SOPS file that cannot be decrypted', () => {
  let identities: AgeIdentities;
  before(async () => {
    identities = await fixtureIdentities();
  });

  const refusals: readonly (readonly [string, string, () => AgeIdentities])[] = [
    [
      'small.yml',
      'it is encrypted by SOPS, and no age identity is configured (encryption.age.identities)',
      () => noIdentities,
    ],
    [
      'other-recipient.yml',
      'it is encrypted by SOPS, and none of the configured age identities is one of its recipients',
      () => identities,
    ],
    [
      'key-groups.yml',
      'its SOPS key is shared among key groups; one group with a recipient of age would be taken',
      () => identities,
    ],
  ];
  for (const [name, what, with_] of refusals)
    it(`is refused, never served as it is: ${name}`, async () => {
      const error = await expectError('CONFIG_FILE_INVALID', () =>
        readSops(with_(), name, sopsFixture(`encrypted/${name}`)),
      );
      expect(error.message).to.equal(`${name} cannot be read at line 7, column 5: ${what}`);
    });

  it('is refused where only PGP or a cloud has its key', async () => {
    const text = sopsFixture('encrypted/small.yml').toString().replace('    age:\n', '    age: []\n    pgp:\n');
    const error = await expectError('CONFIG_FILE_INVALID', () => readSops(identities, 'a.yml', text));
    expect(error.message).to.contain('it is encrypted by SOPS, but for no recipient of age');
  });

  it('is refused where single values of a .properties file are encrypted', async () => {
    const content = sopsFixture('encrypted/flat.properties');
    const error = await expectError('CONFIG_FILE_INVALID', () => readSops(identities, 'flat.properties', content));
    expect(error.message).to.equal(
      'flat.properties cannot be read at line 1, column 6: a value is encrypted by SOPS; of .properties files only those are read that SOPS encrypted whole (--input-type binary)',
    );
  });
});

describe('age identities', () => {
  const text = sopsFixture('identity.txt').toString();
  const other = sopsFixture('other-identity.txt').toString();

  it('are read as age-keygen writes them, several in one file', async () => {
    const identities = await readAgeIdentities(`\r\n${text.replaceAll('\n', '\r\n')}  \n# the old one\n${other}`);
    expect(identities.size).to.equal(2);
    const read = await readSops(identities, 'a.yml', sopsFixture('encrypted/other-recipient.yml'));
    expect(valuesOf(read)[0]?.get('a')).to.equal('s3cret');
  });

  it('are none in a file of comments', async () => {
    const identities = await readAgeIdentities('# none yet\n\n');
    expect(identities.size).to.equal(0);
    expect(identities.has('age1x')).to.equal(false);
    expect(await identities.decrypt('age1x', '')).to.equal(undefined);
  });

  it('decrypt nothing for others', async () => {
    const identities = await readAgeIdentities(text);
    expect(await identities.decrypt('age1x', 'x')).to.equal(undefined);
  });

  const secret = text.split('\n')[2] ?? '';
  const broken: readonly (readonly [string, string])[] = [
    ['cut short', secret.slice(0, -1)],
    ['with a letter exchanged', secret.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q'))],
    ['in small letters', secret.toLowerCase()],
    ['of a plugin', 'AGE-PLUGIN-YUBIKEY-1QQPQGQ'],
    ['encrypted', '-----BEGIN AGE ENCRYPTED FILE-----'],
    ['a recipient', 'age1ju2vx00kuwv27vkrs3nt2gge5gpdp75krjecqvy6n43q88859a3qwn632l'],
  ];
  for (const [how, line] of broken)
    it(`are refused without being repeated: ${how}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => readAgeIdentities(`# one\n${line}\n`));
      expect(error.message).to.equal(
        '`encryption.age.identities`: line 2 is no age identity; lines `AGE-SECRET-KEY-1…` as age-keygen writes them would be taken, not encrypted and not of SSH or a plugin.',
      );
      expect(error.cause).to.equal(undefined);
    });
});
