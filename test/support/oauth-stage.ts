import { generateKeyPairSync } from 'node:crypto';
import { clientCredentials, load } from 'cairn-config-client';
import type { AuthProvider, ClientCredentialsOptions, Config } from 'cairn-config-client';
import type { ClientMetadata } from 'oidc-provider';
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.js';
import { startCairnProcess } from './cairn-process.js';
import type { Cleanups } from './cleanups.js';
import { aFolder } from './folders.js';
import { clientAuthority, serverAuthority } from './tls-stage.js';

/** A secret that shows whether it is encoded as it should be. */
export const secret = 'canary/8f2c+x %&=:';
/** What only the configuration server uses at the authorization server. */
const ownSecret = 'canary-of-cairn';
/** Where tokens are for. */
export const resource = 'https://config.example.com/';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
export const signingKey: string = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Ours as a process, and an authorization server as another, which it trusts. */
export interface OauthStage {
  readonly authorization: AuthorizationServer;
  readonly url: string;
  /** Of a client that is registered, unless `more` says otherwise. */
  readonly client: (more?: Partial<ClientCredentialsOptions>) => AuthProvider;
  /** Loads, without polling. */
  readonly load: (auth: AuthProvider, application?: string) => Promise<Config>;
  /** The status of a request with this token. */
  readonly status: (token: string) => Promise<number>;
}

const clients: readonly ClientMetadata[] = [
  { client_id: 'orders', client_secret: secret },
  { client_id: 'poster', client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
  {
    client_id: 'signer',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'EdDSA',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'of-the-signer' }] },
  },
  {
    client_id: 'certified',
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_dns: 'certified.example.com',
  },
  { client_id: 'cairn', client_secret: ownSecret, grant_types: [] },
];

/** Each client may read the application of its name, `orders` those of all others too. */
const rules = [
  ...['poster', 'signer', 'certified'].map((name) => ({ name, principals: [name], applications: [name] })),
  { name: 'orders', principals: ['orders'], applications: ['orders', 'poster'] },
];

export async function startOauthStage(cleanups: Cleanups): Promise<OauthStage> {
  const authorization = cleanups.add(
    await startAuthorizationServer({
      pair: serverAuthority.issue({ name: 'login' }),
      clientAuthority: clientAuthority.cert,
      ca: serverAuthority.cert,
      clients: clients,
    }),
  );
  const files = cleanups.add(await aFolder({ 'repository/application.yml': 'max-items: 50\n' }));
  await files.write({ 'cairn.json': JSON.stringify(settingsFor(authorization, `${files.path}/repository`)) });
  const { url } = cleanups.add(await startCairnProcess(['--config', `${files.path}/cairn.json`]));
  return {
    authorization,
    url,
    client: (more = { clientSecret: secret }) =>
      clientCredentials({
        ...{ tokenUrl: authorization.tokenUrl, clientId: 'orders', scope: 'config:read', resource },
        ...{ tls: { ca: serverAuthority.cert } },
        ...more,
      }),
    load: async (auth, application = 'orders') => cleanups.add(await load({ url, application, auth, refresh: false })),
    status: async (token) => {
      const response = await fetch(`${url}/orders/default`, { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      return response.status;
    },
  };
}

function settingsFor({ issuer, introspectionUrl }: AuthorizationServer, repository: string): object {
  const common = {
    audiences: ['cairn'],
    'ca-certificate': serverAuthority.cert,
    'scope-mapping': { 'config:read': 'reader' },
  };
  return {
    sources: [{ type: 'native', 'search-locations': [repository] }],
    security: {
      bearer: { issuers: [{ issuer, 'clock-skew': '0s', cooldown: '1s', ...common }] },
      introspection: [
        {
          ...{ url: introspectionUrl, 'client-id': 'cairn', 'client-secret': ownSecret },
          ...{ 'name-claims': ['client_id'], 'cache-time': '1s', ...common },
        },
      ],
      policy: { rules },
    },
  };
}

/** A token as the client has it. */
export async function tokenOf(auth: AuthProvider): Promise<string> {
  const { authorization = '' } = await auth.headers(AbortSignal.timeout(10_000));
  return authorization.replace('Bearer ', '');
}
