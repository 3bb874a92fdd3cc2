import type { TlsSettings } from '../options/parse-tls.js';
import type { Jwk, SigningKey } from './signing.js';

/** What the SDK needs of the machine it runs on. Tests give their own clock, timers, randomness and fetch. */
export interface Platform {
  readonly fetch: Fetch;
  /** A `fetch` over TLS of one's own. */
  readonly openTransport: (tls: TlsSettings, options: TransportOptions) => Transport;
  /** Milliseconds that only grow; for ages and deadlines. */
  readonly now: () => number;
  /** Milliseconds since 1970; for dates in headers. */
  readonly wallClock: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** An id that nobody else has. */
  readonly uuid: () => string;
  /** Calls back once; returns what cancels it. */
  readonly startTimer: (callback: () => void, milliseconds: number, options: TimerOptions) => () => void;
  /** A variable of the process environment. */
  readonly environment: (name: string) => string | undefined;
  /** Tells the operator what no listener was there to hear. */
  readonly warn: (message: string, code: string) => void;
  /** What is in a file, up to a bound. */
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** The private key to sign with. @throws CONFIG_OPTIONS_INVALID for what is none. */
  readonly signingKey: (options: SigningKeyOptions) => SigningKey;
}

/** One request; redirects are answers like others. */
export interface FetchOptions {
  readonly method?: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export type Fetch = (url: string, options: FetchOptions) => Promise<Response>;

export interface Transport {
  readonly fetch: Fetch;
  /** Ends connections that are kept. Idempotent. */
  readonly close: () => void;
}

export interface TransportOptions {
  /** Whether connections are kept for the next request. */
  readonly keepAlive: boolean;
}

export interface SigningKeyOptions {
  /** PEM, or a JSON Web Key. */
  readonly key: string | Jwk;
  readonly passphrase: string | undefined;
  /** Default: that of the JSON Web Key, or the usual one for such a key. */
  readonly algorithm: string | undefined;
}

export interface TimerOptions {
  /** Whether a process stays alive for this timer. */
  readonly keepAlive: boolean;
}
