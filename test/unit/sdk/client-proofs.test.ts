import { createPublicKey, generateKeyPairSync, verify, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto';
import { expect } from 'chai';
import type { ClientCredentialsOptions, Jwk, SigningAlgorithm } from 'cairn-config-client';
import { clientCredentialsOn } from '#sdk/auth/client-credentials.js';
import { jwtVerify } from 'jose';
import { clientAuthority } from '../../support/tls-stage.js';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { aToken, answerTokens, tokenRequests, tokenUrl } from '../../support/token-endpoint.js';

const signal = new AbortController().signal;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwk = (key: KeyObject, more: object = {}): Jwk => ({ ...(key.export({ format: 'jwk' }) as Jwk), ...more });

type Options = Partial<ClientCredentialsOptions>;

/** The parameters of the request for a token. */
async function ask(options: Options, files: Readonly<Record<string, string>> = {}): Promise<URLSearchParams> {
  const platform = new FakePlatform(() => Response.error());
  for (const [path, text] of Object.entries(files)) platform.files.set(path, text);
  answerTokens(platform, () => aToken('token'));
  await clientCredentialsOn(platform, { tokenUrl, clientId: 'orders', ...options }).headers(signal);
  const [{ body, headers } = expect.fail()] = tokenRequests(platform);
  expect(headers.has('authorization')).to.equal(false);
  return new URLSearchParams(body);
}

describe('sdk: proofs of a client', () => {
  const keys: readonly (readonly [SigningAlgorithm, KeyPairKeyObjectResult])[] = [
    ['RS256', rsa],
    ['PS256', rsa],
    ['ES256', p256],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['EdDSA', ed25519],
  ];
  for (const [algorithm, { privateKey, publicKey }] of keys)
    it(`signs who the client is as ${algorithm}, for a minute and this endpoint`, async () => {
      const parameters = await ask({ privateKey: pem(privateKey), algorithm, keyId: 'k1' });
      const now = Date.UTC(2026, 0, 1);
      const { payload, protectedHeader } = await jwtVerify(parameters.get('client_assertion') ?? '', publicKey, {
        currentDate: new Date(now),
      });
      expect(protectedHeader).to.deep.equal({ alg: algorithm, typ: 'JWT', kid: 'k1' });
      expect(payload).to.deep.equal({
        ...{ iss: 'orders', sub: 'orders', aud: tokenUrl, jti: 'the-uuid' },
        ...{ iat: now / 1000, exp: now / 1000 + 60 },
      });
      parameters.delete('client_assertion');
      expect([...parameters]).to.deep.equal([
        ['grant_type', 'client_credentials'],
        ['client_id', 'orders'],
        ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
      ]);
    });

  const encrypted = rsa.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' })
    .toString();
  const forms: readonly (readonly [string, Options, object])[] = [
    [
      'a JSON Web Key with its id and algorithm',
      { privateKey: jwk(rsa.privateKey, { kid: 'k', alg: 'PS256' }) },
      { alg: 'PS256', kid: 'k' },
    ],
    ['a JSON Web Key without', { privateKey: jwk(ed25519.privateKey) }, { alg: 'EdDSA' }],
    ['PEM as bytes', { privateKey: Buffer.from(pem(p256.privateKey)) }, { alg: 'ES256' }],
    ['PEM that is encrypted', { privateKey: encrypted, passphrase: 'canary' }, { alg: 'RS256' }],
    ['a file with PEM', { privateKey: '/keys/pem' }, { alg: 'ES256' }],
    ['a file with a JSON Web Key', { privateKey: '/keys/jwk' }, { alg: 'RS256', kid: 'in-file' }],
  ];
  for (const [what, options, header] of forms)
    it(`takes ${what}`, async () => {
      const files = {
        '/keys/pem': pem(p256.privateKey),
        '/keys/jwk': JSON.stringify(jwk(rsa.privateKey, { kid: 'in-file' })),
      };
      const assertion = (await ask(options, files)).get('client_assertion') ?? '';
      expect(JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString())).to.deep.equal({
        typ: 'JWT',
        ...header,
      });
    });

  it('signs for the audience that is given', async () => {
    const parameters = await ask({ privateKey: pem(p256.privateKey), assertionAudience: 'https://login.example.com' });
    const [, claims = ''] = (parameters.get('client_assertion') ?? '').split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).to.include({ aud: 'https://login.example.com' });
  });

  it('reads the file of a key for each token', async () => {
    const platform = new FakePlatform(() => Response.error());
    answerTokens(platform, () => aToken('token', { expires_in: 0 }));
    const auth = clientCredentialsOn(platform, { tokenUrl, clientId: 'orders', privateKey: '/key' });
    const found: boolean[] = [];
    for (const key of [rsa, generateKeyPairSync('rsa', { modulusLength: 2048 })]) {
      platform.files.set('/key', pem(key.privateKey));
      await auth.headers(signal);
      const assertion = new URLSearchParams(tokenRequests(platform).at(-1)?.body).get('client_assertion') ?? '';
      const [header = '', claims = '', signature = ''] = assertion.split('.');
      const publicKey = createPublicKey(key.privateKey);
      found.push(verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url')));
    }
    expect(found).to.deep.equal([true, true]);
  });

  it('shows who it is by its certificate where there is nothing else', async () => {
    const platform = new FakePlatform(() => Response.error());
    answerTokens(platform, () => aToken('token'));
    const { cert, key } = clientAuthority.issue({ name: 'orders' });
    await clientCredentialsOn(platform, { tokenUrl, clientId: 'orders', tls: { cert, key } }).headers(signal);
    expect(tokenRequests(platform).map(({ body }) => body)).to.deep.equal([
      'grant_type=client_credentials&client_id=orders',
    ]);
    expect(platform.transports.map(({ keepAlive }) => keepAlive)).to.deep.equal([false]);
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  const secret = { clientSecret: 'canary' };
  const invalid: readonly (readonly [string, unknown, string])[] = [
    ['no options', undefined, 'clientCredentials(options) must be an object'],
    ['an unknown option', { secret: 'canary' }, "has no option 'secret'"],
    ['no proof', {}, 'one of clientSecret, privateKey, and tls with cert and key'],
    ['TLS without a certificate as proof', { tls: {} }, 'one of clientSecret, privateKey, and tls with cert and key'],
    ['two proofs', { ...secret, privateKey: pem(rsa.privateKey) }, 'one of clientSecret, privateKey'],
    ['an empty secret', { clientSecret: '' }, 'clientSecret must be a text'],
    [
      'a way to send secrets that is none',
      { ...secret, secretMethod: 'none' },
      'client_secret_basic or client_secret_post',
    ],
    [
      'a way to send secrets without one',
      { privateKey: pem(rsa.privateKey), secretMethod: 'client_secret_post' },
      'secretMethod is for clientSecret',
    ],
    ['a key id without a key', { ...secret, keyId: 'canary' }, 'keyId is for privateKey'],
    ['a key that is none', { privateKey: { kty: 'RSA', d: 'canary' } }, 'neither a private key in PEM'],
    ['a passphrase that is wrong', { privateKey: encrypted, passphrase: 'wrong' }, 'neither a private key in PEM'],
    ['a key that is no text', { privateKey: 5 }, 'privateKey must be PEM'],
    ['bytes that are no key', { privateKey: Buffer.from('canary') }, 'privateKey must be PEM'],
    ['a public key', { privateKey: jwk(rsa.publicKey) }, 'neither a private key in PEM'],
    ['a small key', { privateKey: pem(small) }, 'has 1024 bits; RSA needs 2048'],
    ['a key of an odd curve', { privateKey: pem(odd) }, 'RSA, P-256, P-384, P-521 and Ed25519 are taken'],
    [
      'an algorithm that the key has not',
      { privateKey: pem(rsa.privateKey), algorithm: 'ES256' },
      'does not sign ES256; it signs RS256, PS256',
    ],
    ['an algorithm that is none', { privateKey: pem(rsa.privateKey), algorithm: 'none' }, 'does not sign none'],
    ['no client id', { ...secret, clientId: '' }, 'clientId must be a text'],
    ['no token URL', { ...secret, tokenUrl: undefined }, 'tokenUrl must be a URL'],
    ['a token URL of another kind', { ...secret, tokenUrl: 'ftp://canary' }, 'tokenUrl must be a URL'],
    [
      'a token URL with credentials',
      { ...secret, tokenUrl: 'https://canary:canary@x/' },
      'tokenUrl (https://x) has credentials',
    ],
    [
      'a token URL in clear',
      { ...secret, tokenUrl: 'http://login.example.com/' },
      'is not over HTTPS; allowHttp: true',
    ],
    [
      'a token URL in clear beside TLS',
      { ...secret, tokenUrl: 'http://localhost/', tls: {} },
      'is not https://, and tls is given',
    ],
    ['a flag that is none', { ...secret, allowHttp: 'yes' }, 'allowHttp must be true or false'],
    ['a scope that is none', { ...secret, scope: ' x' }, 'scope must be scopes'],
    ['a list of scopes that is none', { ...secret, scope: [5] }, 'scope[0] must be a text'],
    ['a resource that is none', { ...secret, resource: [] }, 'resource must be a text or a list'],
    ['a timeout that is none', { ...secret, timeout: '1h' }, 'timeout must be from 1ms to 60s'],
  ];
  for (const [what, options, told] of invalid)
    it(`refuses ${what}`, async () => {
      const error = await expectError('CONFIG_OPTIONS_INVALID', () => {
        const given = options === undefined ? undefined : { tokenUrl, clientId: 'orders', ...(options as Options) };
        clientCredentialsOn(new FakePlatform(() => Response.error()), given as ClientCredentialsOptions);
      });
      expect(error.message).to.contain(told).and.not.to.contain('canary');
    });

  it('takes plain HTTP on loopback, and anywhere where it is allowed', () => {
    const platform = new FakePlatform(() => Response.error());
    const options = { clientId: 'orders', clientSecret: 'x' };
    for (const host of ['localhost', '127.0.0.1:1', '[::1]:8'])
      clientCredentialsOn(platform, { ...options, tokenUrl: `http://${host}/token` });
    clientCredentialsOn(platform, { ...options, tokenUrl: 'http://login.internal/', allowHttp: true });
  });
});
