import { constants, createPublicKey, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto';
import { expect } from 'chai';
import type { CipherKey } from '#server/secrets/cipher-key.js';
import { createRsaKey } from '#server/secrets/rsa-key.js';
import { createUnwrap, wrapSecret, type RsaPadding } from '#server/secrets/rsa-secret.js';
import { cutOff, textOrCode, turnedBits } from '../../support/damage.js';
import { myKey } from '../../support/key-stores.js';
import { rsaDecrypt, rsaEncrypt } from '../../support/reference-scheme.js';

const salt = Buffer.from('deadbeef', 'hex');
const text = 'mysecret — 한국어';
const choices = (['pkcs1', 'oaep'] as const).flatMap((padding) =>
  [false, true].map((strong) => ({ padding, strong, salt })),
);
// Small, so that every byte can be tried.
const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

describe('an RSA key', () => {
  for (const choice of choices) {
    const name = `${choice.padding}${choice.strong ? ', strong' : ''}`;
    let key: CipherKey;
    before(() => {
      key = createRsaKey({ privateKey: myKey }, choice);
    });

    it(`(${name}) decrypts what another implementation encrypts, and the other way round`, async () => {
      expect(await key.decrypt(rsaEncrypt(myKey, choice, text))).to.equal(text);
      expect(rsaDecrypt(myKey, choice, await key.encrypt(text))).to.equal(text);
    });

    it(`(${name}) writes padded Base64 that tells the key's length`, async () => {
      expect(await key.encrypt(text)).to.match(/^AQ[A-Za-z0-9+/]+={0,2}$/);
    });

    it(`(${name}) has one answer for a ciphertext cut off anywhere`, async () => {
      const one = createRsaKey({ privateKey: small }, choice);
      const bytes = Buffer.from(await one.encrypt(text), 'base64');
      const answers = new Set<string>();
      const end = choice.strong ? bytes.length : bytes.length - 16;
      for (const damaged of cutOff(bytes.subarray(0, end))) {
        answers.add(await textOrCode(() => one.decrypt(damaged.toString('base64'))));
      }
      expect([...answers]).to.deep.equal(['CONFIG_CIPHER_INVALID']);
    });

    it(`(${name}) never gives the text for a bit turned in any byte`, async () => {
      const one = createRsaKey({ privateKey: small }, choice);
      const bytes = Buffer.from(await one.encrypt(text), 'base64');
      const answers = new Set<string>();
      for (const damaged of turnedBits(bytes)) {
        answers.add(await textOrCode(() => one.decrypt(damaged.toString('base64'))));
      }
      expect(answers).not.to.include(text);
      if (choice.strong) expect([...answers]).to.deep.equal(['CONFIG_CIPHER_INVALID']);
    });
  }

  it('has the one answer for settings that differ from those it was encrypted with', async () => {
    const answers = new Set<string>();
    for (const one of choices) {
      const cipher = await createRsaKey({ privateKey: myKey }, { ...one, strong: true }).encrypt(text);
      const padding = one.padding === 'oaep' ? 'pkcs1' : 'oaep';
      answers.add(
        await textOrCode(() => createRsaKey({ privateKey: myKey }, { ...one, padding, strong: true }).decrypt(cipher)),
      );
    }
    expect([...answers]).to.deep.equal(['CONFIG_CIPHER_INVALID']);
  });

  it('encrypts, but does not decrypt or authenticate, by its public half alone', async () => {
    const scheme = { padding: 'oaep', strong: true, salt } as const;
    const key = createRsaKey({ publicKey: createPublicKey(myKey) }, scheme);
    const cipher = await key.encrypt(text);
    expect(await createRsaKey({ privateKey: myKey }, scheme).decrypt(cipher)).to.equal(text);
    expect(await textOrCode(() => key.decrypt(cipher))).to.equal('CONFIG_DECRYPTION_UNSUPPORTED');
    expect(key.authenticated).to.equal(null);
  });
});

describe('the secret under RSA', () => {
  const secret = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const publicKey = createPublicKey(myKey);
  const raw = (block: Buffer): Buffer => publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block);
  const blockOf = (padding: RsaPadding): Buffer =>
    privateDecrypt({ key: myKey, padding: constants.RSA_NO_PADDING }, wrapSecret(publicKey, padding, secret));

  for (const padding of ['pkcs1', 'oaep'] as const) {
    it(`is taken out of ${padding}, and every wrong padding gives another, the same each time`, () => {
      const unwrap = createUnwrap(myKey, padding);
      expect(unwrap(wrapSecret(publicKey, padding, secret))).to.deep.equal(secret);
      const block = blockOf(padding);
      // The last 16 bytes of PKCS #1 are the secret itself; in OAEP every byte hangs on every other.
      const end = padding === 'pkcs1' ? block.length - 16 : block.length;
      for (let at = 1; at < end; at += 1) {
        const wrong = Buffer.from(block);
        // Padding of PKCS #1 is any byte but zero.
        wrong.writeUInt8(padding === 'pkcs1' && at > 1 && at < end - 1 ? 0 : wrong.readUInt8(at) ^ 1, at);
        const got = unwrap(raw(wrong));
        expect(got, `byte ${at}`).to.have.lengthOf(16).and.not.deep.equal(secret);
        expect(unwrap(raw(wrong))).to.deep.equal(got);
      }
    });
  }

  it('is not an error even for a number past the modulus', () => {
    const unwrap = createUnwrap(myKey, 'pkcs1');
    expect(unwrap(Buffer.alloc(256, 0xff))).to.have.lengthOf(16);
  });
});
