import { createTransport } from '#server/vault/transport.js';
import type { RealVault } from './real-vault.js';
import type { VaultExchange } from './replayed-vault.js';
import { selfSigned } from './self-signed.js';

export interface VaultAsk {
  readonly method: 'GET' | 'POST' | 'LIST';
  readonly path: string;
  /** `own` is the token that the newest login of the scene gave. Default `root`. */
  readonly token?: 'root' | 'wrong' | 'own' | null;
  readonly body?: Readonly<Record<string, unknown>>;
  /** What is recorded of the body instead of it. */
  readonly recorded?: Readonly<Record<string, unknown>>;
  /** Asked by TLS, with a client's certificate or without. */
  readonly certificate?: boolean;
}

/** The answer's body, parsed. */
export type Ask = (ask: VaultAsk) => Promise<Record<string, never>>;

/** Sets engines up at a new Vault, which is not recorded, and asks, which is. */
export type VaultScene = (vault: RealVault, ask: Ask) => Promise<void>;

/** What a Vault answers in a scene. Tokens and private keys of it are replaced by words: they are not needed, and look like secrets. */
export async function recordScene(vault: RealVault, scene: VaultScene): Promise<readonly VaultExchange[]> {
  const exchanges: VaultExchange[] = [];
  let own = '';
  await scene(vault, async (ask) => {
    const { method, path, token = 'root', body, recorded = body, certificate } = ask;
    const tokens = new Map([
      ['root', vault.rootToken],
      ['wrong', 'wrong'],
      ['own', own],
    ]);
    const answer = await exchange(vault, ask, token === null ? undefined : tokens.get(token));
    const given = clientTokenIn(answer.body);
    if (given !== undefined) own = given;
    exchanges.push({
      method,
      path,
      token,
      ...(recorded !== undefined && { sent: recorded }),
      ...(certificate !== undefined && { certificate }),
      status: answer.status,
      body: answer.body === null ? null : withoutSecrets(answer.body, [vault.rootToken, own]),
    });
    return (answer.body ?? {}) as Record<string, never>;
  });
  return exchanges;
}

interface Answer {
  readonly status: number;
  /** Null where there is none. */
  readonly body: unknown;
}

async function exchange(vault: RealVault, ask: VaultAsk, token: string | undefined): Promise<Answer> {
  const { method, path, body, certificate } = ask;
  const address = new URL(certificate === undefined ? vault.address : vault.testServer!.tlsAddress);
  const transport = createTransport({
    address,
    timeoutMs: 10_000,
    maxBytes: 1_000_000,
    maxConnections: 1,
    ...(certificate !== undefined && { ca: vault.testServer!.certificate }),
    ...(certificate === true && { certificate: selfSigned.cert, key: selfSigned.key }),
  });
  const answer = await transport.send({
    url: new URL(`/v1/${path}`, address),
    method,
    headers: { 'Content-Type': 'application/json', ...(token !== undefined && { 'X-Vault-Token': token }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  transport.close();
  if (answer.kind !== 'answered') throw new Error(`${method} ${path}: ${answer.reason}`);
  return { status: answer.status, body: answer.text === '' ? null : (JSON.parse(answer.text) as unknown) };
}

function clientTokenIn(body: unknown): string | undefined {
  return (body as { readonly auth?: { readonly client_token?: string } } | null)?.auth?.client_token;
}

function withoutSecrets(body: unknown, [root, own]: readonly [string, string]): unknown {
  const text = JSON.stringify(body, (name, value: unknown) =>
    name === 'private_key' ? '-----BEGIN PRIVATE KEY-----\nnot recorded\n-----END PRIVATE KEY-----' : value,
  ).replaceAll(root, 'the-root-token');
  return JSON.parse(own === '' ? text : text.replaceAll(own, 'the-own-token'));
}

/** Without what is of the moment: ids, times, what is made anew each time. */
export function comparable(value: unknown): unknown {
  const text = JSON.stringify(value, (name, member: unknown) => {
    // Durations have begun to run when they are told.
    if (/ttl|duration/.test(name) && Number(member) > 60) return `about ${Math.round(Number(member) / 60)} minutes`;
    const isMade = name === 'password' && /^[\w-]{20}$/.test(String(member));
    return isMade || (ofTheMoment.has(name) && typeof member !== 'boolean') ? '…' : member;
  });
  return JSON.parse(text);
}

const ofTheMoment = new Set([
  ...['request_id', 'accessor', 'id', 'lease_id', 'client_id', 'entity_id', 'serial_number'],
  ...['created_time', 'updated_time', 'deletion_time', 'creation_time', 'expire_time', 'issue_time', 'expiration'],
  ...['last_vault_rotation', 'username', 'ciphertext', 'batch_input', 'certificate', 'issuing_ca', 'ca_chain', 'keys'],
]);
