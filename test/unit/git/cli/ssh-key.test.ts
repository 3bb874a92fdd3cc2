import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { readSshKey } from '#server/backends/git/cli/ssh-key.js';
import { expectError } from '../../../support/expect-error.js';

const passphrase = 'CANARY-passphrase';

function pem(
  type: 'rsa' | 'ec' | 'ed25519' | 'x25519',
  format: 'pkcs1' | 'pkcs8' | 'sec1',
  isProtected = false,
): string {
  const cipher = isProtected ? { cipher: 'aes-256-cbc', passphrase } : {};
  const form = { type: format, format: 'pem' as const, ...cipher } as never;
  const make = generateKeyPairSync as unknown as (type: string, options: object) => { privateKey: string };
  const options = { privateKeyEncoding: form, publicKeyEncoding: { type: 'spki', format: 'pem' } };
  const shape = type === 'rsa' ? { modulusLength: 2048 } : type === 'ec' ? { namedCurve: 'P-256' } : {};
  return make(type, { ...shape, ...options }).privateKey;
}

/** Magic, cipher, key derivation, its options, number of keys, public key, private key. */
function openssh(cipher: string): string {
  const text = (value: string | Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(value));
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const one = Buffer.from([0, 0, 0, 1]);
  const parts = [text(cipher), text('none'), text(''), one, text('public'), text('private')];
  const body = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...parts]).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe('a private key for SSH', () => {
  const asWritten: readonly (readonly [string, string, string | undefined])[] = [
    ['RSA in PKCS #1', pem('rsa', 'pkcs1'), undefined],
    ['RSA in PKCS #8 with a passphrase', pem('rsa', 'pkcs8', true), passphrase],
    ['RSA in PKCS #1 with a passphrase', pem('rsa', 'pkcs1', true), passphrase],
    ['ECDSA in SEC 1', pem('ec', 'sec1'), undefined],
    ['OpenSSH’s form', openssh('none'), undefined],
    ['OpenSSH’s form with a passphrase', openssh('aes256-ctr'), passphrase],
  ];
  for (const [what, key, words] of asWritten) {
    it(`in ${what} is handed on as it is`, () => {
      expect(readSshKey(key, words)).to.equal(key);
    });
  }

  it('is freed of blanks around it and of carriage returns, and ends in a line feed', () => {
    const key = pem('rsa', 'pkcs1');

    expect(readSshKey(`\n${key.trim().replaceAll('\n', '\r\n')}  `, undefined)).to.equal(key);
  });

  it('of Ed25519 in PKCS #8 is brought into OpenSSH’s form', () => {
    const plain = readSshKey(pem('ed25519', 'pkcs8'), undefined);
    const opened = readSshKey(pem('ed25519', 'pkcs8', true), passphrase);

    expect(plain).to.match(
      /^-----BEGIN OPENSSH PRIVATE KEY-----\n(?:[A-Za-z0-9+/=]{1,70}\n)+-----END OPENSSH PRIVATE KEY-----\n$/,
    );
    expect(opened).to.match(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
  });

  const ed25519 = pem('ed25519', 'pkcs8', true);
  const refused: readonly (readonly [string, string, string | undefined, RegExp])[] = [
    ['that is none', 'CANARY-key', undefined, /has no line/],
    ['that is a public key', 'ssh-ed25519 CANARY', undefined, /has no line/],
    [
      'that is garbage in PEM',
      '-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----',
      undefined,
      /cannot be parsed/,
    ],
    ['in PEM that needs a passphrase', ed25519, undefined, /needs a passphrase/],
    ['in PEM with another passphrase', ed25519, 'CANARY-other', /is not opened by the passphrase/],
    ['in OpenSSH’s form that needs a passphrase', openssh('aes256-ctr'), undefined, /needs a passphrase/],
    [
      'in OpenSSH’s form that is cut off',
      openssh('none').replace(/[^\n]{40}\n-----END/, '\n-----END'),
      undefined,
      /is cut off/,
    ],
    [
      'that only says it is in OpenSSH’s form',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nQ0FOQVJZ\n-----END',
      undefined,
      /says it is one/,
    ],
    ['of another kind', pem('x25519', 'pkcs8'), undefined, /is one of type x25519/],
  ];
  for (const [what, key, words, problem] of refused) {
    it(`${what} is refused without being shown`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => readSshKey(key, words));

      expect(error.message).to.match(problem);
      expect(error.message).to.not.include('CANARY');
    });
  }
});
