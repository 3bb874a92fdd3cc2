import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { octets, readDer } from '#server/secrets/key-store/der.js';
import { openKeyStore } from '#server/secrets/key-store/open-key-store.js';
import { privateKeyOf } from '#server/secrets/pem-key.js';
import { cutOff, textOrCode, turnedBits } from '../../support/damage.js';
import { expectError } from '../../support/expect-error.js';
import { keyStoreFile, myKey } from '../../support/key-stores.js';
import { signedJks, signedPkcs12 } from '../../support/signed-key-stores.js';

const PASSWORD = 'letmein';
const jwk = (key: typeof myKey): unknown => key.export({ format: 'jwk' });

/** The store's aliases with what is under them; `opened` by the password of the store or of the key. */
async function contents(bytes: Buffer): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [alias, entry] of await openKeyStore(bytes, PASSWORD)) {
    if (entry.kind === 'certificate') found[alias] = `certificate ${String(entry.publicKey.asymmetricKeyType)}`;
    else found[alias] = (await entry.unlock(PASSWORD)) === undefined ? 'locked' : 'opened';
  }
  return found;
}

const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keytool.p12': { mykey: 'opened', next: 'opened' },
  'keytool-legacy.p12': { mykey: 'opened', next: 'opened', public: 'certificate rsa' },
  'keytool.jks': { mykey: 'locked', public: 'certificate rsa' },
  'ec.p12': { curve: 'opened' },
  'openssl.p12': { mykey: 'opened' },
  'openssl-legacy.p12': { mykey: 'opened' },
  'openssl-rc2-128.p12': { mykey: 'opened' },
  'openssl-sha512.p12': { mykey: 'opened' },
  'openssl-plain.p12': { mykey: 'opened' },
  'one-iteration.p12': { mykey: 'opened' },
  'unnamed.p12': { 1: 'opened' },
};

describe('a key store', () => {
  for (const [file, expected] of Object.entries(files)) {
    it(`is read: ${file}`, async () => {
      expect(await contents(keyStoreFile(file))).to.deep.equal(expected);
    });

    it(`is refused with a wrong password: ${file}`, async () => {
      for (const password of ['', 'LETMEIN', '한국어']) {
        const error = await expectError('CONFIG_SETTINGS_INVALID', () => openKeyStore(keyStoreFile(file), password));
        expect(error.message).to.contain('either `password` is wrong, or the file is damaged');
      }
    });
  }

  for (const [file, password, alias] of [
    ['keytool.p12', PASSWORD, 'mykey'],
    ['keytool-legacy.p12', PASSWORD, 'mykey'],
    ['keytool.jks', 'changeme', 'mykey'],
    ['openssl-rc2-128.p12', PASSWORD, 'mykey'],
    ['openssl-plain.p12', PASSWORD, 'mykey'],
    ['unnamed.p12', PASSWORD, '1'],
  ] as const) {
    it(`holds the key that was put into it: ${file}`, async () => {
      const entry = (await openKeyStore(keyStoreFile(file), PASSWORD)).get(alias);
      const der = entry?.kind === 'private-key' ? await entry.unlock(password) : undefined;
      expect(jwk(privateKeyOf(der!, 'pkcs8')!)).to.deep.equal(jwk(myKey));
    });
  }

  it('holds certificates without their keys, whose public key counts', async () => {
    const [jks, pkcs12] = await Promise.all(
      ['keytool.jks', 'keytool-legacy.p12'].map((file) => openKeyStore(keyStoreFile(file), PASSWORD)),
    );
    const [one, other] = [jks?.get('public'), pkcs12?.get('public')];
    const next = pkcs12?.get('next');
    const der = next?.kind === 'private-key' ? await next.unlock(PASSWORD) : undefined;
    const expected = jwk(createPublicKey(privateKeyOf(der!, 'pkcs8')!));
    expect([one, other].map((entry) => entry?.kind === 'certificate' && jwk(entry.publicKey))).to.deep.equal([
      expected,
      expected,
    ]);
  });

  it('opens a key by its own password only', async () => {
    const entry = (await openKeyStore(keyStoreFile('keytool.jks'), PASSWORD)).get('mykey');
    expect(entry?.kind === 'private-key' && (await entry.unlock('Changeme'))).to.equal(undefined);
  });

  for (const file of ['one-iteration.p12', 'keytool.jks']) {
    it(`is refused, with one code, for a bit turned in any byte and cut off anywhere: ${file}`, async () => {
      const bytes = keyStoreFile(file);
      const answers = new Set<string>();
      const read = async (damaged: Buffer): Promise<string> => {
        await openKeyStore(damaged, PASSWORD);
        return 'opened';
      };
      for (const damaged of [...turnedBits(bytes), ...cutOff(bytes)])
        answers.add(await textOrCode(() => read(damaged)));
      // A version or count of iterations may be turned into another that means the same.
      answers.delete('opened');
      expect([...answers]).to.deep.equal(['CONFIG_SETTINGS_INVALID']);
    });
  }

  it('is refused for any other bytes, without a word of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', '30', '3080', 'feedfeed00000002', 'cececece'),
        async (bytes, head) => {
          await expectError('CONFIG_SETTINGS_INVALID', () =>
            openKeyStore(Buffer.concat([Buffer.from(head, 'hex'), bytes]), PASSWORD),
          );
        },
      ),
    );
  });

  const refused: readonly (readonly [why: string, bytes: Buffer, said: string])[] = [
    ['without an integrity check', keyStoreFile('no-mac.p12'), 'has no integrity check (MAC)'],
    ['of the kind JCEKS', Buffer.from('cececece00000002', 'hex'), 'is of the kind JCEKS; JKS and PKCS #12 are read'],
    ['that is PEM', keyStoreFile('mykey-pkcs1.pem'), 'is neither JKS nor PKCS #12'],
    ['that is empty', Buffer.alloc(0), 'is neither JKS nor PKCS #12'],
    ['nested past any measure', Buffer.from('3080'.repeat(5000), 'hex'), 'nested too deeply'],
    ['with a length past the file', Buffer.from('3084ffffffff020103', 'hex'), 'longer than the file'],
    ['with a length of five bytes', Buffer.from('30850000000001020103', 'hex'), 'a length past any file'],
    [
      'with something behind it',
      Buffer.concat([keyStoreFile('one-iteration.p12'), Buffer.alloc(1)]),
      'something follows its end',
    ],
  ];
  for (const [why, bytes, said] of refused) {
    it(`is refused ${why}, and says so`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => openKeyStore(bytes, PASSWORD));
      expect(error.message).to.contain(said);
    });
  }

  describe('that someone signed who knows the password', () => {
    /** What is in the store, all its keys tried. */
    const opened = async (bytes: Buffer): Promise<string> => Object.values(await contents(bytes)).join();
    const safe = octets(readDer(keyStoreFile('openssl-plain.p12')).children[1]!.children[1]!.children[0]!);
    const sealed = octets(readDer(keyStoreFile('one-iteration.p12')).children[1]!.children[1]!.children[0]!);
    const jks = keyStoreFile('keytool.jks').subarray(0, -20);

    it('is read with a MAC of PBKDF2 (PBMAC1), under the right password only', async () => {
      expect(await opened(signedPkcs12(safe, PASSWORD))).to.equal('opened');
      expect(await opened(signedPkcs12(sealed, PASSWORD))).to.equal('opened');
      expect(await textOrCode(() => opened(signedPkcs12(safe, 'letmeIn')))).to.equal('CONFIG_SETTINGS_INVALID');
    });

    const makers: Readonly<Record<string, readonly [content: Buffer, sign: (content: Buffer) => Buffer]>> = {
      'PKCS #12': [safe, (content) => signedPkcs12(content, PASSWORD)],
      'PKCS #12, encrypted': [sealed, (content) => signedPkcs12(content, PASSWORD)],
      JKS: [jks, (content) => signedJks(content, PASSWORD)],
    };
    for (const [kind, [content, sign]] of Object.entries(makers)) {
      it(`never does worse than being refused, whatever is in it: ${kind}`, async () => {
        const answers = new Set<string>();
        for (const damaged of [...turnedBits(content), ...[...cutOff(content)].filter((_, at) => at % 7 === 0)]) {
          answers.add(await textOrCode(() => opened(sign(damaged))));
        }
        expect(answers).to.include('CONFIG_SETTINGS_INVALID');
        expect(
          [...answers].filter(
            (answer) => !/^(CONFIG_SETTINGS_INVALID|(opened|locked|certificate rsa|,)*)$/.test(answer),
          ),
        ).to.deep.equal([]);
      });
    }
  });
});
