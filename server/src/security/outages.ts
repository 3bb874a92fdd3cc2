import type { Emit } from '../core/events.js';

/** Tells of each outage of a server that is asked once, and of its end. */
export interface Outages {
  /** `reason` is in words of our own. */
  failed(reason: string): void;
  answered(): void;
  readonly isFailing: boolean;
}

export function createOutages(issuer: string, emit: Emit): Outages {
  let told: string | undefined;
  return {
    failed(message) {
      if (told !== message) emit({ type: 'authentication-failed', issuer, message });
      told = message;
    },
    answered() {
      if (told !== undefined) emit({ type: 'authentication-recovered', issuer });
      told = undefined;
    },
    get isFailing() {
      return told !== undefined;
    },
  };
}
