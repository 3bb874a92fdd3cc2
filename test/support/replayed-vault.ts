import { isDeepStrictEqual } from 'node:util';
import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { startFakeVault, type FakeVault, type VaultAsked } from './fake-vault.js';

/** One exchange with a real Vault; `token` is a name for it: `root`, `wrong`, `own` (which a recorded login gave) or none. */
export interface VaultExchange {
  readonly method: string;
  readonly path: string;
  readonly token: string | null;
  /** What was posted: what is asked has the same members, and may have others. */
  readonly sent?: Readonly<Record<string, unknown>>;
  /** Whether a client's certificate was shown; absent where it does not matter. */
  readonly certificate?: boolean;
  readonly status: number;
  readonly body: unknown;
}

const folder = new URL('../../fixtures/vault/', import.meta.url);

/**
 * What a real Vault answered: where a recorded scenario of that name was served, or in a scene of test/support/vault-scenes.ts.
 * Tests in test/real compare it with one.
 */
export function readVaultExchanges(name: string): readonly VaultExchange[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as readonly VaultExchange[];
}

/**
 * A server that gives the recorded answers: to the same question one after the other, then the last again. To a question that
 * is not recorded 501, which no Vault answers.
 */
export function startReplayedVault(
  exchanges: readonly VaultExchange[],
  rootToken: string,
  tls?: ServerOptions,
): Promise<FakeVault> {
  const given = new Set<VaultExchange>();
  const own = new Set(exchanges.map(({ body }) => clientTokenIn(body)));
  const nameOf = (token: string | undefined): string | null => {
    if (token === undefined) return null;
    if (token === rootToken) return 'root';
    return own.has(token) ? 'own' : 'wrong';
  };
  return startFakeVault((asked) => {
    const fitting = closest(exchanges.filter((exchange) => fits(exchange, asked, nameOf(asked.token))));
    const found = fitting.find((exchange) => !given.has(exchange)) ?? fitting.at(-1);
    if (found === undefined) return { status: 501 };
    given.add(found);
    return found.body === null ? { status: found.status } : { status: found.status, body: found.body };
  }, tls);
}

function fits(exchange: VaultExchange, asked: VaultAsked, token: string | null): boolean {
  const { method, path, sent = {}, certificate } = exchange;
  if (method !== asked.method || path !== asked.path || exchange.token !== token) return false;
  if (certificate !== undefined && certificate !== (asked.hasCertificate ?? false)) return false;
  const body = new Map(Object.entries((asked.body ?? {}) as Readonly<Record<string, unknown>>));
  return Object.entries(sent).every(([name, value]) => isDeepStrictEqual(body.get(name), value));
}

/** Those of which the most that was sent is what is asked. */
function closest(fitting: readonly VaultExchange[]): readonly VaultExchange[] {
  const sizeOf = ({ sent = {} }: VaultExchange): number => Object.keys(sent).length;
  const most = Math.max(...fitting.map(sizeOf));
  return fitting.filter((exchange) => sizeOf(exchange) === most);
}

function clientTokenIn(body: unknown): string | undefined {
  return (body as { readonly auth?: { readonly client_token?: string } } | null)?.auth?.client_token;
}
