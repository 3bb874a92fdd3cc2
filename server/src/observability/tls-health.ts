import type { HealthComponent } from '../core/health.js';

/** What TLS of the server is at. */
export interface TlsHealth {
  /** When the certificate ends, and the first of the revocation lists; milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly revocationEndsAt: number | null;
  /** Public text: why what was read last is not in use. */
  readonly failure: string | null;
  /** Whether one of them ends soon. */
  readonly isEnding: boolean;
}

/** `DEGRADED` does not count for the whole: what is shown goes on being shown, and no restart would make it better. */
export function tlsComponent({ expiresAt, revocationEndsAt, failure, isEnding }: TlsHealth): HealthComponent {
  return {
    status: failure === null && !isEnding ? 'UP' : 'DEGRADED',
    details: {
      certificateEnds: new Date(expiresAt).toISOString(),
      ...(revocationEndsAt !== null && { revocationListEnds: new Date(revocationEndsAt).toISOString() }),
      ...(failure !== null && { error: failure }),
    },
  };
}
