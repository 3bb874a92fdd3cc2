import type { HealthComponent } from '../core/health.js';

/** The Vault that references are resolved from. */
export interface VaultState {
  /** Whether it has let the server in, or need not. */
  readonly isReady: boolean;
  /** When it last answered, milliseconds since the epoch. */
  readonly lastSuccess: number | null;
  /** Public text. */
  readonly failure: string | null;
}

/**
 * `DEGRADED` is a status of our own, which does not count for the whole: secrets that are cached are served without Vault,
 * and so is every environment without a secret, so that nobody should take the server out of service for it.
 */
export function vaultComponent({ isReady, lastSuccess, failure }: VaultState, now: number): HealthComponent {
  const status = failure !== null ? 'DEGRADED' : isReady ? 'UP' : 'UNKNOWN';
  const details = {
    ...(lastSuccess !== null && { ageSeconds: Math.max(0, Math.floor((now - lastSuccess) / 1000)) }),
    ...(failure !== null && { error: `Vault cannot be read: ${failure}` }),
  };
  return { status, details };
}
