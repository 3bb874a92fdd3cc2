import { expect } from 'chai';
import fc from 'fast-check';
import type { Ciphers } from '#server/secrets/ciphers.js';
import { cutOff, textOrCode, turnedBits } from '../../support/damage.js';
import { expectError } from '../../support/expect-error.js';
import { aCiphers } from '../../support/key-stores.js';
import { symmetricDecrypt, symmetricEncrypt } from '../../support/reference-scheme.js';

const text = 'mysecret — 한국어';

describe('a password as key', () => {
  let ciphers: Ciphers;
  before(async () => (ciphers = await aCiphers({ key: 'secretkey' })));

  it('decrypts what a Spring Cloud Config Server encrypted', async () => {
    const recorded = '0257cae351e325823648989e5ed2e652272af4c9642919d1a7670561e3f1634f';
    expect(await ciphers.decrypt(recorded)).to.equal('mysecret');
    expect(await ciphers.decrypt(recorded.toUpperCase())).to.equal('mysecret');
  });

  it('decrypts what another implementation of the scheme encrypts, and the other way round', async () => {
    expect(await ciphers.decrypt(symmetricEncrypt('secretkey', 'deadbeef', text))).to.equal(text);
    expect(symmetricDecrypt('secretkey', 'deadbeef', await ciphers.encrypt(text))).to.equal(text);
  });

  it('gives every text back, and another ciphertext each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (any) => {
        const [one, other] = [await ciphers.encrypt(`{plain}${any}`), await ciphers.encrypt(`{plain}${any}`)];
        expect(one)
          .to.match(/^[0-9a-f]{64,}$/)
          .and.not.equal(other);
        expect(await ciphers.decrypt(one)).to.equal(any);
      }),
      { numRuns: 50 },
    );
  });

  it('depends on the salt', async () => {
    const salted = await aCiphers({ key: 'secretkey', salt: 'c0ffee' });
    expect(symmetricDecrypt('secretkey', 'c0ffee', await salted.encrypt(text))).to.equal(text);
    expect(await textOrCode(async () => salted.decrypt(await ciphers.encrypt(text)))).not.to.equal(text);
  });

  it('has one answer for a ciphertext cut off anywhere', async () => {
    const bytes = Buffer.from(await ciphers.encrypt(text), 'hex');
    const answers = new Set<string>();
    for (const damaged of cutOff(bytes.subarray(0, -16))) {
      answers.add(await textOrCode(() => ciphers.decrypt(damaged.toString('hex'))));
    }
    expect([...answers]).to.deep.equal(['CONFIG_CIPHER_INVALID']);
  });

  // CBC does not authenticate: a changed ciphertext may be another text.
  it('gives another text or the one answer for a bit turned in any byte, never the text', async () => {
    const bytes = Buffer.from(await ciphers.encrypt(text), 'hex');
    for (const damaged of turnedBits(bytes)) {
      expect(await textOrCode(() => ciphers.decrypt(damaged.toString('hex')))).not.to.equal(text);
    }
  });

  for (const nothing of ['', 'zz', '00', '00ff00ff', '{cipher}', 'nonsense', '00'.repeat(32)]) {
    it(`has that answer for ${JSON.stringify(nothing)}, with nothing to tell why`, async () => {
      const error = await expectError('CONFIG_CIPHER_INVALID', () => ciphers.decrypt(nothing));
      expect(error.message).to.equal('Text not encrypted with this key');
      expect(error.cause).to.equal(undefined);
    });
  }

  it('has no public key', async () => {
    await expectError('CONFIG_PUBLIC_KEY_NOT_FOUND', () => ciphers.publicKey());
  });

  it('ignores the prefixes that choose a key of a key store, and writes them back', async () => {
    const cipher = await ciphers.encrypt('{key:a}mysecret');
    expect(cipher).to.match(/^\{key:a\}[0-9a-f]{64}$/);
    expect(await ciphers.decrypt(cipher)).to.equal('mysecret');
  });
});
