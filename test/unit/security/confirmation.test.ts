import { expect } from 'chai';
import { confirmationOf } from '#server/security/confirmation.js';

const fingerprint = 'ab'.repeat(32);
const thumbprint = Buffer.from(fingerprint, 'hex').toString('base64url');

describe('what a token is bound to', () => {
  it('is nothing without a confirmation, whatever prototypes have', () => {
    for (const claims of [{}, Object.create({ cnf: { jkt: 'x' } }) as object])
      expect(confirmationOf({ ...claims })).to.deep.equal({ kind: 'bearer' });
  });

  it('is the certificate with this thumbprint, also beside members that nobody knows', () => {
    for (const more of [{}, { 'x5t#S512': 'x', kid: 'k1' }])
      expect(confirmationOf({ cnf: { 'x5t#S256': thumbprint, ...more } })).to.deep.equal({
        kind: 'certificate',
        fingerprint,
      });
  });

  const malformed = 'its `cnf` is malformed';
  const otherwise = 'its `cnf` binds it to something other than a client certificate';
  const unknown: readonly (readonly [string, unknown, string])[] = [
    ['the key of DPoP', { jkt: thumbprint }, otherwise],
    ['the key of DPoP beside a certificate', { jkt: thumbprint, 'x5t#S256': thumbprint }, otherwise],
    ['a key that it has', { jwk: { kty: 'EC' } }, otherwise],
    ['a key by its name', { kid: 'k1' }, otherwise],
    ['an encrypted key', { jwe: 'x' }, otherwise],
    ['a key elsewhere', { jku: 'https://evil.example/keys' }, otherwise],
    ['a thumbprint of SHA-1', { x5t: 'x' }, otherwise],
    ['a member whose name nearly fits', { 'X5T#s256': thumbprint }, otherwise],
    ['a member that only prototypes have', JSON.parse('{"__proto__":{"x5t#S256":"x"}}'), otherwise],
    ['nothing at all', {}, malformed],
    ['null', null, malformed],
    ['a text', thumbprint, malformed],
    ['a list', [{ 'x5t#S256': thumbprint }], malformed],
    ['false', false, malformed],
    ['a thumbprint that is no text', { 'x5t#S256': 7 }, malformed],
    ['a thumbprint that is null', { 'x5t#S256': null }, malformed],
    ['a thumbprint in a list', { 'x5t#S256': [thumbprint] }, malformed],
    ['an empty thumbprint', { 'x5t#S256': '' }, malformed],
    ['a thumbprint in hexadecimal', { 'x5t#S256': fingerprint }, malformed],
    ['a thumbprint that is padded', { 'x5t#S256': `${thumbprint}=` }, malformed],
    ['a thumbprint of other bits that mean nothing', { 'x5t#S256': `${thumbprint.slice(0, -1)}t` }, malformed],
    ['a thumbprint that is cut off', { 'x5t#S256': thumbprint.slice(0, -1) }, malformed],
    ['a thumbprint with a line break', { 'x5t#S256': `${thumbprint}\n` }, malformed],
  ];
  for (const [what, cnf, reason] of unknown) {
    it(`cannot be shown where it is ${what}`, () => {
      expect(confirmationOf({ cnf })).to.deep.equal({ kind: 'unknown', reason });
    });
  }
});
