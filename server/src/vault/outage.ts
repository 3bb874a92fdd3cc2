import type { VaultAnswer } from './client.js';
import type { Clock } from './clock.js';

/** Whether Vault answers, by what came of reads. */
export interface Outage {
  /** `isSuccess` false: Vault is there, but what it said is no sign that it can be read. */
  note(answer: VaultAnswer, isSuccess: boolean): void;
  /** Milliseconds since the newest read that it did not answer; undefined where it has answered since. */
  since(): number | undefined;
  state(): SecretsState;
}

export interface SecretsState {
  /** When Vault last answered a read, milliseconds since the epoch. */
  readonly lastSuccess: number | null;
  /** Why the newest read failed; null where it did not. Public text. */
  readonly failure: string | null;
}

export interface OutageOptions {
  readonly clock: Clock;
  /** Told where a read fails, and where one does not after that. */
  readonly onFailure?: (reason: string) => void;
  readonly onAnswer?: () => void;
}

export function createOutage({ clock, onFailure, onAnswer }: OutageOptions): Outage {
  let lastSuccess: number | null = null;
  let failed: { readonly reason: string; readonly at: number } | undefined;
  return {
    note(answer, isSuccess) {
      if (answer.kind === 'unavailable') {
        failed = { reason: answer.reason, at: clock.now() };
        onFailure?.(answer.reason);
        return;
      }
      if (isSuccess) lastSuccess = clock.now();
      failed = undefined;
      onAnswer?.();
    },
    since: () => failed && clock.now() - failed.at,
    state: () => ({ lastSuccess, failure: failed?.reason ?? null }),
  };
}
