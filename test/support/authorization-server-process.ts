/** An OAuth 2.0 authorization server in a process of its own: the npm package oidc-provider, as `AuthorizationServer` wants it. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Provider, type Adapter, type AdapterPayload, type Configuration, type JWK } from 'oidc-provider';
import type { AskOfServer, ServerSays, StartServer } from './authorization-server.js';

/** Tokens outlive a change of keys. */
const stored = new Map<string, AdapterPayload>();
const keys = new Map<string, JWK>();
const asked = new Map<string, number>();

class MapAdapter implements Adapter {
  readonly #model: string;

  constructor(model: string) {
    this.#model = model;
  }

  upsert(id: string, payload: AdapterPayload): Promise<void> {
    stored.set(`${this.#model}:${id}`, payload);
    return Promise.resolve();
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(stored.get(`${this.#model}:${id}`));
  }

  destroy(id: string): Promise<void> {
    stored.delete(`${this.#model}:${id}`);
    return Promise.resolve();
  }

  readonly findByUserCode = (): Promise<undefined> => Promise.resolve(undefined);
  readonly findByUid = (): Promise<undefined> => Promise.resolve(undefined);
  readonly consume = (): Promise<void> => Promise.resolve();
  readonly revokeByGrantId = (): Promise<void> => Promise.resolve();
}

function signingKey(kid: string): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = keys.get(kid) ?? { ...(privateKey.export({ format: 'jwk' }) as JWK), kid, alg: 'ES256', use: 'sig' };
  keys.set(kid, key);
  return key;
}

/** `https://config.example.com/?format=opaque&lives=3`: what its tokens are like is written in a resource's name. */
function resourceServer(resource: string): {
  readonly scope: string;
  readonly audience: string;
  readonly accessTokenTTL: number;
  readonly accessTokenFormat: 'jwt' | 'opaque';
} {
  const { searchParams } = new URL(resource);
  return {
    scope: 'config:read config:refresh',
    audience: 'cairn',
    accessTokenTTL: Number(searchParams.get('lives') ?? 300),
    accessTokenFormat: searchParams.get('format') === 'opaque' ? 'opaque' : 'jwt',
  };
}

function configurationOf({ clients }: StartServer, kids: readonly string[]): Configuration {
  return {
    adapter: MapAdapter,
    clients: clients.map((client) => ({ grant_types: ['client_credentials'], ...nothingToRedirect, ...client })),
    clientAuthMethods: [
      ...(['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const),
      ...(['tls_client_auth', 'self_signed_tls_client_auth'] as const),
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['not used'] },
    jwks: { keys: kids.map(signingKey) },
    scopes: ['config:read', 'config:refresh'],
    ttl: { ClientCredentials: (_, token) => token.resourceServer?.accessTokenTTL ?? 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: (_, resource) => resourceServer(resource) },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        // Of clients that are registered so.
        certificateBoundAccessTokens: true,
        getCertificate: ({ socket }) => (socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined),
        certificateAuthorized: ({ socket }) => socket instanceof TLSSocket && socket.authorized,
        certificateSubjectMatches: ({ socket }, _, expected) =>
          socket instanceof TLSSocket && socket.getPeerX509Certificate()?.checkHost(expected) === expected,
      },
    },
  };
}

const nothingToRedirect = { redirect_uris: [], response_types: [] };

async function start(wanted: StartServer): Promise<void> {
  const server = createServer({ ...wanted.tls, requestCert: true, rejectUnauthorized: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;
  const handlerOf = (kids: readonly string[]): Handler => new Provider(url, configurationOf(wanted, kids)).callback();
  let handler = handlerOf(wanted.keys);
  server.on('request', (request, response) => {
    const path = request.url ?? '';
    asked.set(path, (asked.get(path) ?? 0) + 1);
    handler(request, response);
  });
  process.on('message', (message: AskOfServer) => {
    if (message.ask === 'keys') handler = handlerOf(message.keys);
    say({ says: 'done', asked: message.ask === 'count' ? (asked.get(message.path) ?? 0) : 0 });
  });
  say({ says: 'started', url });
}

function say(message: ServerSays): void {
  process.send?.(message);
}

const [wanted] = (await once(process, 'message')) as [StartServer];
await start(wanted);
// Ends with whoever started it.
process.on('disconnect', () => process.exit(0));
