import { readFileSync } from 'node:fs';
import { startFakeVault, type FakeVault } from './fake-vault.js';

/** One exchange with a real Vault; `token` is a name for it: `root`, `wrong` or none. */
export interface VaultExchange {
  readonly method: string;
  readonly path: string;
  readonly token: string | null;
  readonly status: number;
  readonly body: unknown;
}

const folder = new URL('../../fixtures/vault/', import.meta.url);

/** What a real Vault answered where a recorded scenario was served; test/real/vault.test.ts compares it with one. */
export function readVaultExchanges(scenario: string): readonly VaultExchange[] {
  return JSON.parse(readFileSync(new URL(`${scenario}.json`, folder), 'utf8')) as readonly VaultExchange[];
}

/** A server that gives the recorded answers; to a question that is not recorded 501, which no Vault answers. */
export function startReplayedVault(exchanges: readonly VaultExchange[], rootToken: string): Promise<FakeVault> {
  return startFakeVault((asked) => {
    const name = asked.token === undefined ? null : asked.token === rootToken ? 'root' : 'wrong';
    const found = exchanges.find(
      ({ method, path, token }) => method === asked.method && path === asked.path && token === name,
    );
    return found ?? { status: 501 };
  });
}
