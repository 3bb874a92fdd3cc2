import { readFile } from 'node:fs/promises';
import { ConfigServerError } from '../core/errors.js';
import { orAborted } from '../core/single-flight.js';
import { locateKeys } from './discovery.js';
import { keySetOf, type KeySet } from './jwt.js';
import type { Outages } from './outages.js';
import type { Outgoing } from './outgoing.js';

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where its JWK set is; null: where the issuer's metadata says. */
  readonly jwksUri: URL | null;
  readonly outgoing: Outgoing;
  /** A file with a bearer token that the issuer wants to see; null: none. */
  readonly tokenPath: string | null;
  /** For how long keys are used without a look at the issuer. */
  readonly freshMs: number;
  /** For how much longer while the issuer does not answer. */
  readonly staleMs: number;
  /** Between two looks for the sake of a token, however many come with unknown keys; and after one that failed. */
  readonly cooldownMs: number;
  readonly outages: Outages;
  readonly now: () => number;
}

/** The keys of one issuer: cached, looked at again when they have aged or a token has an unknown one. */
export interface IssuerKeys {
  /** @throws ConfigServerError CONFIG_AUTHENTICATION_UNAVAILABLE where there are none that may be used */
  current(signal: AbortSignal): Promise<KeySet>;
  /** Keys after one more look at the issuer; undefined where it was looked at a moment ago or does not answer. */
  newer(signal: AbortSignal): Promise<KeySet | undefined>;
  /** Idempotent. */
  close(): void;
}

interface Kept {
  readonly keys: KeySet;
  readonly since: number;
}

export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { freshMs, staleMs, cooldownMs, outages, now } = options;
  const closing = new AbortController();
  let kept: Kept | undefined;
  let lastFailure = Number.NEGATIVE_INFINITY;
  let lastForced = Number.NEGATIVE_INFINITY;
  let look: Promise<KeySet | undefined> | undefined;

  const lookNow = async (): Promise<KeySet | undefined> => {
    const outcome = await fetchKeys(options, closing.signal);
    if ('failure' in outcome) {
      lastFailure = now();
      if (!closing.signal.aborted) outages.failed(outcome.failure);
      return undefined;
    }
    outages.answered();
    kept = { keys: outcome.keys, since: now() };
    return outcome.keys;
  };
  /** Joins the look that is under way. An issuer that has just failed is left alone. */
  const lookAgain = (): Promise<KeySet | undefined> => {
    if (look !== undefined) return look;
    if (now() - lastFailure < cooldownMs) return Promise.resolve(undefined);
    look = lookNow().finally(() => (look = undefined));
    return look;
  };

  return {
    async current(signal) {
      const age = now() - (kept?.since ?? Number.NEGATIVE_INFINITY);
      if (kept !== undefined && age < freshMs) return kept.keys;
      const newest = lookAgain();
      const usable = kept !== undefined && age < freshMs + staleMs ? kept.keys : undefined;
      // An issuer that was down a moment ago is not waited for again.
      if (usable !== undefined && outages.isFailing) return usable;
      const keys = (await orAborted(newest, signal)) ?? usable;
      if (keys !== undefined) return keys;
      throw new ConfigServerError('CONFIG_AUTHENTICATION_UNAVAILABLE', 'The keys of the issuer cannot be had.', {
        diagnostics: { issuer: options.issuer },
      });
    },
    newer(signal) {
      if (look === undefined && now() - lastForced < cooldownMs) return Promise.resolve(undefined);
      lastForced = now();
      return orAborted(lookAgain(), signal);
    },
    close() {
      closing.abort(new Error('closed'));
    },
  };
}

type Fetched = { readonly keys: KeySet } | { readonly failure: string };

async function fetchKeys(options: IssuerKeysOptions, signal: AbortSignal): Promise<Fetched> {
  const headers = await credentials(options.tokenPath);
  if (headers === undefined) return { failure: 'the file of the token for its keys cannot be read' };
  const { issuer, outgoing, jwksUri } = options;
  const located = jwksUri ?? (await locateKeys({ issuer, outgoing, headers }, signal));
  if (typeof located === 'string') return { failure: located };
  const answer = await outgoing.ask({ url: located, headers }, signal);
  if (answer.kind === 'failed') return { failure: answer.reason };
  const keys = keySetOf(answer.json);
  return keys === undefined ? { failure: 'the answer has no public key' } : { keys };
}

/** Read each time: such tokens are short-lived. */
async function credentials(path: string | null): Promise<Readonly<Record<string, string>> | undefined> {
  if (path === null) return {};
  const token = await readFile(path, 'utf8').catch(() => undefined);
  return token === undefined ? undefined : { Authorization: `Bearer ${token.trim()}` };
}
