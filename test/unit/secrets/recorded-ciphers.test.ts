import { expect } from 'chai';
import type { KeyOptions } from '#server/secrets/open-ciphers.js';
import { aCiphers, fixture, myPem } from '../../support/key-stores.js';

interface Recorded {
  readonly kind: string;
  readonly text: string;
  readonly cipher: string;
}

const recorded = JSON.parse(fixture('reference-ciphers.json').toString()) as readonly Recorded[];
const rsa = (
  padding: 'pkcs1' | 'oaep',
  strong: boolean,
  salt = 'deadbeef',
): Partial<KeyOptions> & { store: string } => ({
  store: 'keytool.p12',
  rsa: { padding, strong, salt },
});
const keys: Readonly<Record<string, Partial<KeyOptions> & { store?: string }>> = {
  symmetric: { key: 'correct horse battery staple' },
  'symmetric-salt': { key: 'pass wörd', salt: '00112233445566778899AABB' },
  pem: { key: myPem },
  rsa: rsa('pkcs1', false),
  'rsa-oaep': rsa('oaep', false),
  'rsa-strong': rsa('pkcs1', true),
  'rsa-oaep-strong-salt': rsa('oaep', true, 'not hex'),
};

describe('what Spring Security encrypted', () => {
  for (const [kind, options] of Object.entries(keys)) {
    it(`is decrypted: ${kind}`, async () => {
      const ciphers = await aCiphers(options);
      const own = recorded.filter((one) => one.kind === kind);
      expect(own).not.to.have.lengthOf(0);
      const texts = await Promise.all(own.map(({ cipher }) => ciphers.decrypt(cipher)));
      expect(texts).to.deep.equal(own.map(({ text }) => text));
    });
  }

  it('is decrypted by a PEM key with the default options, whatever is set for key stores', async () => {
    const ciphers = await aCiphers({ key: myPem, rsa: { padding: 'oaep', strong: true, salt: '00' } });
    const own = recorded.find(({ kind }) => kind === 'pem');
    expect(await ciphers.decrypt(own?.cipher ?? '')).to.equal(own?.text);
  });
});
