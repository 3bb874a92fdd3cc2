import { apiToken, basic, bearer, clientCredentials, load } from 'cairn-config-client';
import type { AuthProvider, ClientCredentialsOptions, Jwk, TlsOptions } from 'cairn-config-client';

const client = { tokenUrl: 'https://login.example.com/token', clientId: 'orders' };
const jwk: Jwk = { kty: 'OKP', crv: 'Ed25519', d: 'x', x: 'y', kid: 'k' };

// Each makes what `load` takes.
const providers: readonly AuthProvider[] = [
  basic('orders', 'secret'),
  apiToken('cairn_x'),
  bearer(() => 'token'),
  bearer(async (signal: AbortSignal) => (await fetch('https://x', { signal })).text()),
  clientCredentials({ ...client, clientSecret: 'secret', scope: 'a b', audience: ['a'], resource: 'https://r' }),
  clientCredentials({ ...client, clientSecret: () => Promise.resolve('secret'), secretMethod: 'client_secret_post' }),
  clientCredentials({ ...client, privateKey: jwk, algorithm: 'EdDSA', timeout: '2s' }),
  clientCredentials({ ...client, privateKey: new Uint8Array(), passphrase: 'x', keyId: 'k' }),
  clientCredentials({ ...client, tls: { cert: '/tls.crt', key: '/tls.key' } }),
  {
    headers: () => Promise.resolve({ authorization: 'mine' }),
    refused: ({ authorization }) => authorization === 'mine',
  },
];
for (const auth of providers) await load({ application: 'orders', auth });

// @ts-expect-error there is no such algorithm
const algorithm: ClientCredentialsOptions = { ...client, privateKey: jwk, algorithm: 'HS256' };
// @ts-expect-error the client has an id
const anonymous: ClientCredentialsOptions = { tokenUrl: 'https://x', clientSecret: 'secret' };
// @ts-expect-error a provider has headers
const provider: AuthProvider = { refused: () => true };

const tls: TlsOptions = { ca: ['/ca.crt', new Uint8Array()], cert: '/c', key: '/k', passphrase: 'x', servername: 's' };
await load({ application: 'orders', tls });
// @ts-expect-error a certificate is PEM or a path
const numbered: TlsOptions = { ca: 5 };
export const checked = [algorithm, anonymous, provider, numbered];
