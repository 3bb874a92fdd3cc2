import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { openCiphers } from '#server/secrets/open-ciphers.js';
import { readPemKey } from '#server/secrets/pem-key.js';
import { textOrCode } from '../../support/damage.js';
import { expectError } from '../../support/expect-error.js';
import { aCiphers, keyDefaults, keyStoreFile, myKey, myPem } from '../../support/key-stores.js';

const text = 'mysecret';
const pkcs8 = keyStoreFile('mykey-pkcs8.pem').toString();
const store = (name: string, part: object = {}) => ({
  ...keyDefaults,
  keyStore: { content: keyStoreFile(name), password: 'letmein', alias: 'mykey', secret: null, ...part },
});

describe('a key in PEM', () => {
  const forms: Readonly<Record<string, string>> = {
    'PKCS #1': myPem,
    'PKCS #8': pkcs8,
    'with lines of Windows': myPem.replaceAll('\n', '\r\n'),
    'with blanks in place of line breaks': myPem.replaceAll('\n', ' '),
    'without line breaks': myPem.replaceAll('\n', ''),
    'with escaped line breaks': myPem.replaceAll('\n', '\\n'),
    'with text around it': `Key of the config server\n${myPem}\nend\n`,
  };
  for (const [form, pem] of Object.entries(forms)) {
    it(`is read: ${form}`, () => {
      expect(readPemKey(pem)?.export({ format: 'jwk' })).to.deep.equal(myKey.export({ format: 'jwk' }));
    });
  }

  const curve = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const small = generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey;
  const sealed = { type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' } as const;
  const refused: Readonly<Record<string, readonly [pem: string, said: RegExp]>> = {
    'a public key of OpenSSH': ['ssh-rsa AAAA application', /is a public key/],
    'a public key in PEM': [
      createPublicKey(myKey).export({ type: 'pkcs1', format: 'pem' }).toString(),
      /is PEM of a RSA PUBLIC KEY/,
    ],
    'another kind of key in PKCS #8': [
      curve.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /of the kind ec; only RSA is taken/,
    ],
    'another kind of key': [curve.export({ type: 'sec1', format: 'pem' }).toString(), /is PEM of a EC PRIVATE KEY/],
    'too small a key': [
      small.export({ type: 'pkcs1', format: 'pem' }).toString(),
      /of 768 bits; at least 1024 are taken/,
    ],
    'an encrypted key': [myKey.export(sealed).toString(), /ENCRYPTED PRIVATE KEY.*put it in a key store/],
    'an encrypted key of PKCS #1': [
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----',
      /encrypted PEM key/,
    ],
    'a key cut off': [myPem.slice(0, 400), /no end of the same kind/],
    'a key with a piece missing': [myPem.replace(/\n.{64}\n/, '\n'), /is not a private key/],
    'something else': ['-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----', /is not a private key/],
  };
  for (const [what, [pem, said]] of Object.entries(refused)) {
    it(`is refused where it is ${what}, without a word of the key`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => readPemKey(pem));
      expect(error.message)
        .to.match(said)
        .and.match(/^`encryption\.key` \(`encrypt\.key`\)/);
      for (const [run] of pem.matchAll(/[\w+/]{20,}/g)) expect(error.message).not.to.contain(run);
    });
  }

  it('is not what a password is taken for', () => {
    for (const password of ['secret', 'PRIVATE KEY', '']) expect(readPemKey(password)).to.equal(undefined);
  });

  it('gives its public half as a line of OpenSSH', async () => {
    const line = await (await aCiphers({ key: pkcs8 })).publicKey();
    const [kind, base64 = '', comment] = line.split(' ');
    const { n = '' } = myKey.export({ format: 'jwk' });
    expect([kind, comment]).to.deep.equal(['ssh-rsa', 'application']);
    expect(Buffer.from(base64, 'base64').subarray(-256).toString('base64url')).to.equal(n);
    expect(Buffer.from(base64, 'base64').toString('latin1')).to.match(
      /^\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01\0\0\x01\x01\0/,
    );
  });
});

describe('the keys of a key store', () => {
  it('are chosen by alias, in any case, and values under the old one stay readable', async () => {
    const [before, after] = [
      await aCiphers({ store: 'keytool.p12' }),
      await openCiphers(store('keytool.p12', { alias: 'Next' })),
    ];
    const old = await before.encrypt(`{key:mykey}${text}`);
    expect(old).to.match(/^\{key:mykey\}AQ/);
    expect(await after.decrypt(old)).to.equal(text);
    expect(await textOrCode(() => after.decrypt(old.replace('{key:mykey}', '')))).to.equal('CONFIG_CIPHER_INVALID');
    expect(await before.decrypt(await before.encrypt(`{key:NEXT}${text}`))).to.equal(text);
    expect(await after.publicKey()).not.to.equal(await before.publicKey());
  });

  it('are opened by passwords of their own, configured or in the value', async () => {
    const configured = await openCiphers(store('keytool.jks', { secret: 'changeme' }));
    const cipher = await configured.encrypt(text);
    const other = await openCiphers(store('keytool.jks', { alias: 'public' }));
    expect(await other.decrypt(`{key:mykey}{secret:changeme}${cipher}`)).to.equal(text);
    expect(await textOrCode(() => other.decrypt(`{key:mykey}{secret:wrong}${cipher}`))).to.equal(
      'CONFIG_CIPHER_INVALID',
    );
    expect(await textOrCode(() => other.decrypt(`{key:mykey}${cipher}`))).to.equal('CONFIG_CIPHER_INVALID');
  });

  it('may be public only: they encrypt', async () => {
    const ciphers = await openCiphers(store('keytool.jks', { alias: 'public' }));
    const cipher = await ciphers.encrypt(text);
    expect(await textOrCode(() => ciphers.decrypt(cipher))).to.equal('CONFIG_DECRYPTION_UNSUPPORTED');
    const legacy = await openCiphers(store('keytool-legacy.p12'));
    expect(await legacy.decrypt(`{key:next}${cipher}`)).to.equal(text);
    expect(await ciphers.publicKey()).to.match(/^ssh-rsa /);
  });

  it('need no alias where there is one', async () => {
    const ciphers = await openCiphers(store('openssl.p12', { alias: null }));
    expect(await (await aCiphers({ store: 'keytool.p12' })).decrypt(await ciphers.encrypt(text))).to.equal(text);
  });

  it('have one answer for a value, and NO_KEY for a text, with an alias that is not there or not RSA', async () => {
    const ciphers = await aCiphers({ store: 'keytool.p12' });
    const cipher = await ciphers.encrypt(text);
    expect(await textOrCode(() => ciphers.decrypt(`{key:none}${cipher}`))).to.equal('CONFIG_CIPHER_INVALID');
    expect(await textOrCode(() => ciphers.encrypt(`{key:none}${text}`))).to.equal('NO_KEY');
    expect(await textOrCode(() => ciphers.encrypt(`{key:__proto__}${text}`))).to.equal('NO_KEY');
  });

  const refused: readonly (readonly [why: string, options: typeof keyDefaults, said: string])[] = [
    ['the alias is not there', store('keytool.p12', { alias: 'orders' }), 'has no alias "orders"; it has mykey, next'],
    [
      'there are several and no alias',
      store('keytool.p12', { alias: null }),
      'has 2 keys, so its `alias` must say which one is meant: mykey, next',
    ],
    [
      'the password of the key is wrong',
      store('keytool.jks', { secret: 'canary' }),
      'has a key "mykey" that `secret` (`password`, where there is none) does not open',
    ],
    [
      'the key is not RSA',
      store('ec.p12', { alias: 'curve' }),
      'has a key "curve" that is not RSA of at least 1024 bits, which is what is taken',
    ],
    [
      'the password is wrong',
      store('keytool.p12', { password: 'canary' }),
      'either `password` is wrong, or the file is damaged',
    ],
  ];
  for (const [why, options, said] of refused) {
    it(`end the start where ${why}, and say so without the password`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => openCiphers(options));
      expect(error.message).to.contain(said).and.contain('`encryption.key-store`').and.not.contain('canary');
    });
  }

  it('win over a key beside them', async () => {
    const ciphers = await openCiphers({ ...store('openssl.p12'), key: 'a password' });
    expect(await ciphers.publicKey()).to.match(/^ssh-rsa /);
  });
});

describe('ciphers without a key', () => {
  it('encrypt and decrypt nothing', async () => {
    const ciphers = await aCiphers();
    expect(await ciphers.hasKey()).to.equal(false);
    expect(await textOrCode(() => ciphers.encrypt(text))).to.equal('NO_KEY');
    expect(await textOrCode(() => ciphers.decrypt('00'))).to.equal('NO_KEY');
    expect(await textOrCode(() => ciphers.decrypt('{v:2}{key:a}AAAA'))).to.equal('CONFIG_CIPHER_INVALID');
    expect(await textOrCode(() => ciphers.publicKey())).to.equal('CONFIG_PUBLIC_KEY_NOT_FOUND');
  });

  it('are refused with a salt that is not hexadecimal', async () => {
    for (const salt of ['', 'abc', 'salt']) {
      await expectError('CONFIG_SETTINGS_INVALID', () => aCiphers({ key: 'secretkey', salt }));
    }
  });
});
