import { createDecipheriv, hkdfSync, scryptSync } from 'node:crypto';
import { expect } from 'chai';
import type { Ciphers } from '#server/secrets/ciphers.js';
import { cutOff, textOrCode, turnedBits } from '../../support/damage.js';
import { aCiphers, myKey, myPem } from '../../support/key-stores.js';

const text = 'mysecret — 한국어';
const shape = /^\{v:2\}\{key:([^}]+)\}([A-Za-z0-9+/]+={0,2})$/;

/** By the description in docs/encryption.md. */
function open(key: Buffer, cipher: string): string {
  const [, id = '', data = ''] = shape.exec(cipher) ?? [];
  const bytes = Buffer.from(data, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(`{v:2}{key:${id}}`));
  decipher.setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
}

describe('the cipher suite v2', () => {
  let ciphers: Ciphers;
  before(async () => (ciphers = await aCiphers({ key: 'secretkey', suite: 'v2' })));

  it('is as documented under a password', async () => {
    const salt = Buffer.concat([Buffer.from('cairn cipher v2'), Buffer.from('deadbeef', 'hex')]);
    const key = scryptSync('secretkey', salt, 32, { N: 32768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
    expect(open(key, await ciphers.encrypt(text))).to.equal(text);
  });

  it('is as documented under an RSA key, and names the alias', async () => {
    const der = myKey.export({ format: 'der', type: 'pkcs1' });
    const key = Buffer.from(hkdfSync('sha256', der, 'cairn', 'cairn cipher v2', 32));
    const store = await aCiphers({ store: 'keytool.p12', suite: 'v2' });
    const cipher = await store.encrypt(text);
    expect(shape.exec(cipher)?.[1]).to.equal('mykey');
    expect(open(key, cipher)).to.equal(text);
    expect(await store.decrypt(cipher)).to.equal(text);
  });

  it('gives the text back whatever suite new values have, with another nonce each time', async () => {
    const [one, other] = [await ciphers.encrypt(text), await ciphers.encrypt(text)];
    expect(one).to.match(shape).and.not.equal(other);
    const reference = await aCiphers({ key: 'secretkey' });
    expect(await reference.decrypt(one)).to.equal(text);
  });

  it('has one answer for a bit turned in any byte, and for a text cut off anywhere', async () => {
    const cipher = await ciphers.encrypt(text);
    const [, id = '', data = ''] = shape.exec(cipher) ?? [];
    const bytes = Buffer.from(data, 'base64');
    const answers = new Set<string>();
    for (const damaged of [...turnedBits(bytes), ...cutOff(bytes)]) {
      answers.add(await textOrCode(() => ciphers.decrypt(`{v:2}{key:${id}}${damaged.toString('base64')}`)));
    }
    expect([...answers]).to.deep.equal(['CONFIG_CIPHER_INVALID']);
  });

  it('has that answer for another version, key id, key or salt', async () => {
    const cipher = await ciphers.encrypt(text);
    const others = [
      await aCiphers({ key: 'another' }),
      await aCiphers({ key: 'secretkey', salt: '00' }),
      await aCiphers({ key: myPem }),
    ];
    const attempts = [
      ...others.map((other) => () => other.decrypt(cipher)),
      ...[/v:2/, /key:[0-9a-f]/, /\{key:[^}]+\}/].map((part) => () => ciphers.decrypt(cipher.replace(part, 'v:3'))),
    ];
    for (const attempt of attempts) expect(await textOrCode(attempt)).to.equal('CONFIG_CIPHER_INVALID');
  });

  it('binds the id of the key to the text', async () => {
    const store = await aCiphers({ store: 'keytool.p12', suite: 'v2' });
    const cipher = await store.encrypt(text);
    // The same key by another spelling of its alias.
    expect(await textOrCode(() => store.decrypt(cipher.replace('{key:mykey}', '{key:MyKey}')))).to.equal(
      'CONFIG_CIPHER_INVALID',
    );
  });

  it('finds a replaced key again, which encrypts nothing any more', async () => {
    const old = await ciphers.encrypt(text);
    const rotated = await aCiphers({ key: 'new key', previousKeys: [myPem, 'secretkey'], suite: 'v2' });
    expect(await rotated.decrypt(old)).to.equal(text);
    expect(await textOrCode(async () => ciphers.decrypt(await rotated.encrypt(text)))).to.equal(
      'CONFIG_CIPHER_INVALID',
    );
  });

  it('finds keys of a key store by their aliases', async () => {
    const before = await aCiphers({ store: 'keytool.p12', suite: 'v2' });
    const old = await before.encrypt(text);
    const next = await before.encrypt(`{key:next}${text}`);
    expect(next).to.contain('{v:2}{key:next}');
    const after = await aCiphers({ store: 'keytool.p12' });
    expect([await after.decrypt(old), await after.decrypt(next)]).to.deep.equal([text, text]);
  });

  it('is not to be had by a public key alone', async () => {
    const store = await aCiphers({ store: 'keytool-legacy.p12', suite: 'v2' });
    expect(await textOrCode(() => store.encrypt(`{key:public}${text}`))).to.equal('NO_KEY');
    expect(await textOrCode(() => store.decrypt('{v:2}{key:public}AAAA'))).to.equal('CONFIG_CIPHER_INVALID');
  });
});
