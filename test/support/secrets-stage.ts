import { CallerToken } from '#server/core/caller-token.js';
import { readJson } from '#server/core/read-json.js';
import type { VaultAnswer } from '#server/vault/client.js';
import { createSecrets, type SecretPath, type Secrets } from '#server/vault/secrets.js';
import { createManualClock, type ManualClock } from './manual-clock.js';
import { noAbort } from './queries.js';

/** A secret of version 1, as a read finds it. */
export const answer = (values: unknown): VaultAnswer => ({
  kind: 'ok',
  body: readJson(JSON.stringify({ data: values })) as Map<string, never>,
});
export const down: VaultAnswer = { kind: 'unavailable', reason: 'ECONNREFUSED' };
export const tooLarge: VaultAnswer = { kind: 'unusable', reason: 'the answer is larger than 100000 bytes' };
export const refused: VaultAnswer = { kind: 'refused', status: 403 };
export const ann: CallerToken = new CallerToken('token-of-ann', 'id-of-ann');
export const bob: CallerToken = new CallerToken('token-of-bob', 'id-of-bob');
export const at = (path: string): SecretPath => ({ path, version: 1 });

/** Secrets over a Vault that answers what a test says, kept for a minute, ten more while it is down. */
export interface SecretsStage {
  readonly secrets: Secrets;
  readonly clock: ManualClock;
  readonly asked: readonly string[];
  /** What the next reads come to. */
  readonly say: (next: VaultAnswer) => void;
  readonly value: (path?: string, caller?: CallerToken | null) => Promise<unknown>;
}

export function aSecretsStage(): SecretsStage {
  const clock = createManualClock();
  const asked: string[] = [];
  let says = answer({ a: '1' });
  const secrets = createSecrets({
    read: (path, caller) => {
      asked.push(`${path} ${caller?.id ?? 'server'}`);
      return Promise.resolve(says);
    },
    timeToLiveMs: 60_000,
    staleLimitMs: 600_000,
    cacheBytes: 1_000_000,
    clock,
  });
  return {
    secrets,
    clock,
    asked,
    say(next) {
      says = next;
    },
    async value(path = 'kv/a', caller = null) {
      const outcome = await secrets.get(at(path), caller, noAbort());
      if (outcome.kind !== 'secret') return outcome;
      return outcome.secret.values === null ? null : outcome.secret.values.get('a');
    },
  };
}
