/** TLS of the server: what it shows and trusts, read again when files change, put in place whole or not at all. */
import type { SecureContextOptions } from 'node:tls';
import type { Emit } from '../core/events.js';
import { isConfigServerError } from '../core/errors.js';
import { contextOf, type TlsContext, type TlsRules } from './tls-context.js';
import { tlsInvalid, type TlsMaterial } from './tls-material.js';

export type ClientAuthentication = 'none' | 'optional' | 'required';

export interface TlsOptions extends TlsRules {
  readonly clientAuthentication: ClientAuthentication;
  /** Reads everything anew; rejects with a ConfigServerError. */
  readonly read: () => Promise<TlsMaterial>;
  /** Milliseconds between two looks at the files. */
  readonly lookEveryMs: number;
  readonly clock: TlsClock;
  readonly emit: Emit;
}

export interface TlsClock {
  now(): number;
  /** Calls `act` after `ms` milliseconds unless the function it answers was called before. */
  after(ms: number, act: () => void): () => void;
}

const dayMs = 24 * 3_600_000;
/** How long before its end a certificate is spoken of. */
export const certificateNoticeMs: number = 21 * dayMs;
/** Lists are made anew often, and one that has ended lets nobody in. */
export const revocationNoticeMs: number = dayMs / 4;

export interface TlsState {
  /** When the certificate that is shown ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the first of the revocation lists ends; null: there are none that do. */
  readonly revocationEndsAt: number | null;
  /** Why what was read last is not in use; null: it is. */
  readonly failure: string | null;
}

/** `isTrustChanged`: other clients than before may be let in. */
export type ContextListener = (options: SecureContextOptions, isTrustChanged: boolean) => void;

export interface Tls {
  readonly clientAuthentication: ClientAuthentication;
  /** Reads the files for the first time and begins to watch them. @throws ConfigServerError CONFIG_TLS_INVALID */
  start(): Promise<void>;
  /** What is shown and trusted at present. Only after `start`. */
  context(): SecureContextOptions;
  /** Calls `listener` for each context after the present one. */
  onChange(listener: ContextListener): void;
  state(): TlsState;
  /** Looks at once. */
  look(): Promise<void>;
  close(): void;
}

interface Current extends TlsContext {
  readonly material: TlsMaterial;
}

export function createTls(options: TlsOptions): Tls {
  const { clock, emit } = options;
  const listeners = new Set<ContextListener>();
  let current: Current | undefined;
  let failure: string | null = null;
  let remindedAt = -Infinity;
  let cancel = (): void => undefined;
  let isClosed = false;

  const started = (): Current => {
    if (current === undefined) throw tlsInvalid('it has not been started');
    return current;
  };
  const fail = (message: string): void => {
    if (failure !== message) emit({ type: 'tls-failed', message });
    failure = message;
  };
  const replace = (next: Current): void => {
    const isTrustChanged = trustOf(started().material) !== trustOf(next.material);
    current = next;
    for (const listener of listeners) listener(next.options, isTrustChanged);
    emit({ type: 'tls-replaced', expiresAt: expiryOf(next) });
  };
  const remind = (): void => {
    const now = clock.now();
    if (now - remindedAt < dayMs) return;
    const ending = endingOf(stateOf(started(), null), now);
    if (ending === undefined) return;
    remindedAt = now;
    emit({ type: 'tls-ending', ...ending });
  };
  const look = async (): Promise<void> => {
    try {
      const material = await options.read();
      if (isClosed) return;
      if (!isEqual(material, started().material)) replace(replacement(started(), material, options));
      failure = null;
      remind();
    } catch (error) {
      fail(isConfigServerError(error) ? error.message : 'the files cannot be read');
    }
  };
  const watch = (): void => {
    cancel = clock.after(options.lookEveryMs, () => {
      void look().finally(() => {
        if (!isClosed) watch();
      });
    });
  };
  return {
    clientAuthentication: options.clientAuthentication,
    async start() {
      const material = await options.read();
      current = { material, ...contextOf(material, options) };
      remind();
      watch();
    },
    context: () => started().options,
    onChange: (listener) => void listeners.add(listener),
    state: () => stateOf(started(), failure),
    look,
    close() {
      isClosed = true;
      cancel();
    },
  };
}

/** A certificate that has ended does not take the place of one that has not. @throws ConfigServerError CONFIG_TLS_INVALID */
function replacement(current: Current, material: TlsMaterial, options: TlsOptions): Current {
  const next = { material, ...contextOf(material, options) };
  const now = options.clock.now();
  if (expiryOf(next) <= now && expiryOf(current) > now) throw tlsInvalid('the new certificate has ended already');
  return next;
}

function stateOf(current: Current, failure: string | null): TlsState {
  const ends = current.material.revocationLists.flatMap(({ endsAt }) => endsAt ?? []);
  return {
    expiresAt: expiryOf(current),
    revocationEndsAt: ends.length === 0 ? null : Math.min(...ends),
    failure,
  };
}

function expiryOf({ checked }: Current): number {
  return Date.parse(checked.certificate.validTo);
}

function isEqual(left: TlsMaterial, right: TlsMaterial): boolean {
  return fingerprint(left) === fingerprint(right);
}

function fingerprint(material: TlsMaterial): string {
  const { certificate, key, keyPassphrase } = material;
  return JSON.stringify([certificate, key, keyPassphrase, trustOf(material)]);
}

function trustOf({ clientAuthorities, revocationLists }: TlsMaterial): string {
  return JSON.stringify([clientAuthorities, revocationLists.map(({ pem }) => pem)]);
}

/** What is about to end, or has. */
export function endingOf(
  { expiresAt, revocationEndsAt }: TlsState,
  now: number,
): { readonly what: 'certificate' | 'revocation-list'; readonly endsAt: number } | undefined {
  if (expiresAt - now < certificateNoticeMs) return { what: 'certificate', endsAt: expiresAt };
  if (revocationEndsAt !== null && revocationEndsAt - now < revocationNoticeMs)
    return { what: 'revocation-list', endsAt: revocationEndsAt };
  return undefined;
}
