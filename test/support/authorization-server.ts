import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import type { ClientMetadata } from 'oidc-provider';
import { endProcess } from './cairn-process.js';
import type { Pair } from './authority.js';

export interface StartServer {
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly clients: readonly ClientMetadata[];
  /** Names of the keys in the JWK set; the first signs. */
  readonly keys: readonly string[];
}

export type AskOfServer =
  { readonly ask: 'keys'; readonly keys: readonly string[] } | { readonly ask: 'count'; readonly path: string };

export type ServerSays =
  { readonly says: 'started'; readonly url: string } | { readonly says: 'done'; readonly asked: number };

/** A real authorization server (oidc-provider) over TLS on loopback, in a process of its own. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly introspectionUrl: string;
  /** From now on has these keys; the first signs. */
  publish(...keys: readonly string[]): Promise<void>;
  /** How often its JWK set was asked for. */
  looks(): Promise<number>;
  /** Takes a token back in the name of the client that it was given to (RFC 7009); the status of the answer. */
  revoke(token: string, client: Required<Pick<ClientMetadata, 'client_id' | 'client_secret'>>): Promise<number>;
  close(): Promise<void>;
}

export interface AuthorizationServerOptions {
  readonly pair: Pair;
  /** Signs certificates of clients. */
  readonly clientAuthority: string;
  /** For its own certificate. */
  readonly ca: string;
  readonly clients: readonly ClientMetadata[];
}

export async function startAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const { pair, ca, clients } = options;
  const script = fileURLToPath(new URL('authorization-server-process.js', import.meta.url));
  const child = fork(script, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const errors = collect(child);
  const ask = async (message: StartServer | AskOfServer): Promise<ServerSays> => {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the server ended: ${errors()}`)));
    child.send(message);
    return Promise.race([once(child, 'message').then(([said]) => said as ServerSays), ended]);
  };
  const tls = { cert: pair.cert, key: pair.key, ca: options.clientAuthority };
  const started = await ask({ tls, clients, keys: ['first'] });
  if (started.says !== 'started') throw new Error('the server did not start');
  const { url } = started;
  return {
    issuer: url,
    tokenUrl: `${url}/token`,
    introspectionUrl: `${url}/token/introspection`,
    publish: async (...keys) => {
      await ask({ ask: 'keys', keys });
    },
    looks: async () => {
      const said = await ask({ ask: 'count', path: '/jwks' });
      return said.says === 'done' ? said.asked : 0;
    },
    revoke: (token, client) => post(`${url}/token/revocation`, { token, ...client }, ca),
    close: () => endProcess(child),
  };
}

function collect({ stderr }: ChildProcess): () => string {
  let text = '';
  stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

function post(
  url: string,
  { client_id: id, client_secret: secret, token }: Readonly<Record<string, unknown>>,
  ca: string,
): Promise<number> {
  const encoded = [id, secret].map((text) => encodeURIComponent(String(text))).join(':');
  const headers = {
    authorization: `Basic ${btoa(encoded)}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', ca, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on('error', reject).end(new URLSearchParams({ token: String(token) }).toString());
  });
}
