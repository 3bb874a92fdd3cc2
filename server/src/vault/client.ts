/**
 * The client of Vault: one exchange at a time, for whatever token it is given. The one file that imports node-vault, whose
 * errors and defaults stay in here: package-traps of it are a redirect that takes the token along, raw paths, and errors
 * with the token in them. The room imports core.
 */
import nodeVault from 'node-vault';
import type { Tree, TreeMap } from 'cairn-config-client/values';
import { ConfigServerError } from '../core/errors.js';
import { readJson } from '../core/read-json.js';
import { createTransport, type Transport, type TransportAnswer, type TransportOptions } from './transport.js';

export interface VaultClientOptions extends TransportOptions {
  readonly namespace: string | null;
  /** Default `process.env`; only looked at to refuse `VAULT_SKIP_VERIFY`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface VaultRequest {
  /** As `vaultPath` makes it. */
  readonly path: string;
  readonly token: string | null;
  /** What is posted; without it the path is read. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export type VaultAnswer =
  | { readonly kind: 'ok'; readonly body: TreeMap }
  /** 404: nothing there, or its newest version is deleted. */
  | { readonly kind: 'missing' }
  /** 400, 401 and 403: the request or its token. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Vault is there, but what it has at the path cannot be taken. `reason` is public, too. */
  | { readonly kind: 'unusable'; readonly reason: string }
  /** `reason` is public: it has no address, token or text of Vault's. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface VaultClient {
  /** Never throws. */
  request(request: VaultRequest): Promise<VaultAnswer>;
  /** Idempotent. */
  close(): void;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID where the environment turns the check of certificates off */
export function createVaultClient(options: VaultClientOptions): VaultClient {
  refuseSkipVerify(options.environment ?? process.env);
  const transport = createTransport(options);
  const vault = createNodeVault(options.address, transport);
  const namespace = options.namespace === null ? {} : { 'X-Vault-Namespace': options.namespace };
  return {
    async request({ path, token, body, signal }) {
      let answer: TransportAnswer | undefined;
      const call: SeamOptions = {
        headers: { Accept: 'application/json', ...namespace, ...(token !== null && { 'X-Vault-Token': token }) },
        signal,
        tell: (told) => {
          answer = told;
        },
      };
      try {
        await (body === undefined ? vault.read(path, call) : vault.write(path, body, call));
      } catch {
        // Its errors carry what was sent; what came of the exchange was told.
      }
      return answerOf(answer);
    },
    close: () => {
      transport.close();
    },
  };
}

interface SeamOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly tell: (answer: TransportAnswer) => void;
}

interface NodeVaultRequest extends SeamOptions {
  readonly uri: string;
  readonly method: string;
  readonly json?: unknown;
}

function createNodeVault(address: URL, transport: Transport) {
  const exchange = async ({ uri, method, headers, json, signal, tell }: NodeVaultRequest) => {
    const body = typeof json === 'object' ? JSON.stringify(json) : undefined;
    const typed = body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' };
    const answer = await transport.send({ url: new URL(uri), method, headers: typed, body, signal });
    tell(answer);
    // It only has to come to an end: nothing of the answer gets into its errors.
    return { statusCode: 204, body: {}, request: { path: '' } };
  };
  const vault = nodeVault({
    apiVersion: 'v1',
    endpoint: address.href.replace(/\/$/, ''),
    debug: () => undefined,
    commands: {},
    'request-promise': { defaults: () => exchange },
  });
  // What it is given empty it takes from VAULT_TOKEN, VAULT_NAMESPACE and VAULT_PREFIX.
  return Object.assign(vault, { token: '', namespace: '', pathPrefix: '' });
}

function answerOf(answer: TransportAnswer | undefined): VaultAnswer {
  if (answer === undefined) return unavailable('the request could not be made');
  if (answer.kind === 'failed') return unavailable(answer.reason);
  if (answer.kind === 'too-large') return { kind: 'unusable', reason: answer.reason };
  const { status, text } = answer;
  if (status === 204) return { kind: 'ok', body: new Map() };
  if (status === 404) return { kind: 'missing' };
  if (status === 400 || status === 401 || status === 403) return { kind: 'refused', status };
  if (status !== 200) return unavailable(statusReason(status));
  const body = readJson(text);
  return body instanceof Map ? { kind: 'ok', body } : unavailable('it answers in another form than JSON');
}

function unavailable(reason: string): VaultAnswer {
  return { kind: 'unavailable', reason };
}

function statusReason(status: number): string {
  if (status >= 300 && status < 400) return `it answers ${status}, a redirect, and no token is taken elsewhere`;
  if (status === 429) return 'it answers 429: too many requests';
  return status === 503 ? 'it answers 503: sealed, or not ready' : `it answers ${status}`;
}

function refuseSkipVerify(environment: Readonly<Record<string, string | undefined>>): void {
  const value = environment['VAULT_SKIP_VERIFY'] ?? '';
  if (/^(|0|f|false)$/i.test(value)) return;
  throw new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    'VAULT_SKIP_VERIFY is set, and tokens are never sent to a server that is not known. Unset it, and give the authority of Vault as `tls.ca-certificate-file`.',
  );
}

/** The member of a map, or undefined. */
export function memberOf(tree: Tree | undefined, name: string): Tree | undefined {
  return tree instanceof Map ? tree.get(name) : undefined;
}
