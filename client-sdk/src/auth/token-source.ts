import { untilAborted } from '../deadline.js';
import type { ConfigClientError } from '../errors.js';
import { retryDelay } from '../live/backoff.js';
import type { Platform } from '../platform/platform.js';
import type { Token } from './token-answer.js';
import type { TokenFailure, TokenOutcome } from './token-request.js';

interface HeldToken {
  readonly value: string;
  /** From then on it is renewed, while it still serves. */
  readonly renewAt: number;
  /** From then on it is not sent: it would not be valid any more when it arrives. */
  readonly expiresAt: number;
  uses: number;
}

// Of its lifetime, at random: clients that started together do not renew together.
const renewFrom = 0.7;
const renewWithin = 0.2;
const longestSkew = 10_000;
const longestPause = 30_000;

/** One token at a time, had when it is needed and renewed before it ends; one request is in flight at a time. */
export class TokenSource {
  readonly #platform: Platform;
  readonly #request: () => Promise<TokenOutcome>;
  #held: HeldToken | undefined;
  #renewing: Promise<HeldToken> | undefined;
  #failures = 0;
  /** The last failure stands for all until then. */
  #paused: { readonly until: number; readonly error: ConfigClientError } | undefined;

  /** `request` never rejects. */
  constructor(platform: Platform, request: () => Promise<TokenOutcome>) {
    this.#platform = platform;
    this.#request = request;
  }

  /** A token that is valid. Rejects with why there is none, or with the signal's reason. */
  async get(signal: AbortSignal): Promise<string> {
    const held = this.#held;
    const now = this.#platform.now();
    if (held === undefined || now >= held.expiresAt) {
      return use(await untilAborted(signal, () => this.#renewed()));
    }
    // A failure is told when the token has ended, if it lasts as long.
    if (now >= held.renewAt) this.#renewed().catch(() => undefined);
    return use(held);
  }

  /** A server did not take this one. Tells whether another may be had: not where this one was just made. */
  drop(value: string): boolean {
    const held = this.#held;
    if (held?.value !== value) return true;
    this.#held = undefined;
    return held.uses > 1;
  }

  #renewed(): Promise<HeldToken> {
    const paused = this.#paused;
    if (this.#renewing === undefined && paused !== undefined && this.#platform.now() < paused.until) {
      return Promise.reject(paused.error);
    }
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<HeldToken> {
    const askedAt = this.#platform.now();
    const outcome = await this.#request();
    if (outcome.kind === 'failed') throw this.#pause(outcome);
    this.#failures = 0;
    this.#paused = undefined;
    this.#held = this.#hold(outcome.token, askedAt);
    return this.#held;
  }

  #hold({ value, lifetime }: Token, askedAt: number): HeldToken {
    const renewAt = askedAt + lifetime * (renewFrom + renewWithin * this.#platform.random());
    return { value, renewAt, expiresAt: askedAt + lifetime - Math.min(longestSkew, lifetime / 10), uses: 0 };
  }

  #pause({ error, retryAfter }: TokenFailure): ConfigClientError {
    this.#failures += 1;
    const pause = Math.min(longestPause, retryDelay(this.#failures, longestPause, this.#platform.random));
    this.#paused = { until: this.#platform.now() + Math.max(retryAfter, pause), error };
    return error;
  }
}

function use(held: HeldToken): string {
  held.uses += 1;
  return held.value;
}
