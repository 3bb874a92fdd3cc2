import type { TreeMap } from 'cairn-config-client/values';
import { memberOf, type VaultAnswer, type VaultClient } from './client.js';
import { vaultPath } from './paths.js';
import { readTokenFile } from './token-file.js';

/** How the server shows Vault who it is. `path` is where the method is mounted, below `auth/`. */
export type VaultAuth =
  | { readonly method: 'token'; readonly token: string }
  /** A token that somebody else keeps there, and replaces in time: an agent of Vault. */
  | { readonly method: 'token-file'; readonly path: string }
  | {
      readonly method: 'app-role';
      readonly path: string;
      readonly roleId: string;
      /** Null where the role needs none. */
      readonly secretId: string | null;
      /** A wrapping token around the secret id: opened once, with the first login. */
      readonly wrappedSecretId: string | null;
    }
  | { readonly method: 'kubernetes'; readonly path: string; readonly role: string; readonly tokenPath: string }
  | { readonly method: 'userpass'; readonly path: string; readonly username: string; readonly password: string }
  /** The client certificate of the connection. */
  | { readonly method: 'certificate'; readonly path: string; readonly role: string | null }
  /** The token, or the file that it is read from at each login. */
  | {
      readonly method: 'jwt';
      readonly path: string;
      readonly role: string | null;
      readonly token: string | null;
      readonly tokenPath: string | null;
    };

export interface Lease {
  readonly token: string;
  /** Null: it does not end. */
  readonly durationMs: number | null;
  readonly isRenewable: boolean;
  /** Whether it was made by a login of ours, and goes when we go. */
  readonly isOwn: boolean;
  /** Whether Vault has said that the token is good. */
  readonly isProven: boolean;
}

export type LoginOutcome =
  | { readonly kind: 'lease'; readonly lease: Lease }
  /** `reason` is public. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Never throws. */
export type Login = (signal: AbortSignal) => Promise<LoginOutcome>;

export function createLogin(auth: VaultAuth, client: VaultClient): Login {
  switch (auth.method) {
    case 'token':
      return (signal) => lookUp(auth.token, client, signal);
    case 'token-file':
      return (signal) => withFile(auth.path, (token) => lookUp(token, client, signal));
    case 'app-role':
      return appRoleLogin(auth, client);
    case 'kubernetes':
      return (signal) =>
        withFile(auth.tokenPath, (jwt) => post(client, [auth.path, 'login'], { role: auth.role, jwt }, signal));
    case 'userpass':
      return (signal) => post(client, [auth.path, 'login', auth.username], { password: auth.password }, signal);
    case 'certificate':
      return (signal) => post(client, [auth.path, 'login'], auth.role === null ? {} : { name: auth.role }, signal);
    case 'jwt':
      return jwtLogin(auth, client);
  }
}

/** A token that may not look itself up is taken all the same: reads will tell. */
async function lookUp(token: string, client: VaultClient, signal: AbortSignal): Promise<LoginOutcome> {
  const answer = await client.request({ path: 'auth/token/lookup-self', token, signal });
  if (answer.kind === 'unavailable' || answer.kind === 'unusable') return failed(answer.reason);
  const data = answer.kind === 'ok' ? memberOf(answer.body, 'data') : undefined;
  const ttl = memberOf(data, 'ttl');
  const isRenewable = memberOf(data, 'renewable') === true;
  return {
    kind: 'lease',
    lease: { token, durationMs: duration(ttl), isRenewable, isOwn: false, isProven: answer.kind === 'ok' },
  };
}

function appRoleLogin(auth: Extract<VaultAuth, { method: 'app-role' }>, client: VaultClient): Login {
  let secretId = auth.secretId;
  return async (signal) => {
    if (secretId === null && auth.wrappedSecretId !== null) {
      const unwrapped = await unwrap(auth.wrappedSecretId, client, signal);
      if (unwrapped.kind === 'failed') return unwrapped;
      secretId = unwrapped.secretId;
    }
    const body = { role_id: auth.roleId, ...(secretId !== null && { secret_id: secretId }) };
    return post(client, [auth.path, 'login'], body, signal);
  };
}

type Unwrapped = { readonly kind: 'secret'; readonly secretId: string } | ReturnType<typeof failed>;

async function unwrap(token: string, client: VaultClient, signal: AbortSignal): Promise<Unwrapped> {
  const answer = await client.request({ path: 'sys/wrapping/unwrap', token, body: {}, signal });
  if (answer.kind === 'unavailable' || answer.kind === 'unusable') return failed(answer.reason);
  const secretId = answer.kind === 'ok' ? memberOf(memberOf(answer.body, 'data'), 'secret_id') : undefined;
  if (typeof secretId === 'string') return { kind: 'secret', secretId };
  // Somebody else may have it now.
  return failed('it does not open the wrapped secret id: its time is up, or it was opened before');
}

function jwtLogin(auth: Extract<VaultAuth, { method: 'jwt' }>, client: VaultClient): Login {
  const { path, role, token, tokenPath } = auth;
  const send = (jwt: string, signal: AbortSignal): Promise<LoginOutcome> =>
    post(client, [path, 'login'], { jwt, ...(role !== null && { role }) }, signal);
  return (signal) => (tokenPath === null ? send(token ?? '', signal) : withFile(tokenPath, (jwt) => send(jwt, signal)));
}

async function withFile(path: string, use: (text: string) => Promise<LoginOutcome>): Promise<LoginOutcome> {
  const read = await readTokenFile(path);
  return read.kind === 'failed' ? read : use(read.text);
}

/** Whether the server is to use another token than `token` by now; null where only a login could tell. */
export function createIsReplaced(auth: VaultAuth): ((token: string) => Promise<boolean>) | null {
  if (auth.method !== 'token-file') return null;
  return async (token) => {
    const read = await readTokenFile(auth.path);
    return read.kind === 'text' && read.text !== token;
  };
}

async function post(
  client: VaultClient,
  below: readonly string[],
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<LoginOutcome> {
  const answer = await client.request({ path: vaultPath('auth', ...below), token: null, body, signal });
  return leaseIn(answer) ?? failed(loginReason(answer));
}

function leaseIn(answer: VaultAnswer): LoginOutcome | undefined {
  if (answer.kind !== 'ok') return undefined;
  const lease = leaseOf(answer.body);
  return lease === undefined ? undefined : { kind: 'lease', lease };
}

/** The lease of a login's or a renewal's answer. */
export function leaseOf(body: TreeMap): Lease | undefined {
  const auth = memberOf(body, 'auth');
  const token = memberOf(auth, 'client_token');
  if (typeof token !== 'string' || token === '') return undefined;
  const isRenewable = memberOf(auth, 'renewable') === true;
  return { token, durationMs: duration(memberOf(auth, 'lease_duration')), isRenewable, isOwn: true, isProven: true };
}

/** Vault's whole seconds; none and 0 mean without end. */
function duration(seconds: unknown): number | null {
  return typeof seconds === 'bigint' && seconds > 0n ? Number(seconds) * 1000 : null;
}

function loginReason(answer: VaultAnswer): string {
  if (answer.kind === 'unavailable' || answer.kind === 'unusable') return answer.reason;
  if (answer.kind === 'missing') return 'it has no such authentication method at that path';
  return answer.kind === 'refused' ? `it refuses the login (${answer.status})` : 'its answer to the login has no token';
}

function failed(reason: string): { readonly kind: 'failed'; readonly reason: string } {
  return { kind: 'failed', reason };
}
