import type { VaultClient } from './client.js';
import { backoffMs, systemClock, type Clock } from './clock.js';
import { leaseOf, type Lease, type Login } from './login.js';

/** The server's own token: had by a login, renewed at two thirds of its lease, had anew when it ends or is refused. */
export interface VaultSession {
  /** The token; waits for a login that is under way. Undefined where the newest one failed: another is tried in time. */
  token(signal: AbortSignal): Promise<string | undefined>;
  /** Vault took the token. */
  accepted(): void;
  /** Vault did not take `token`, which should be good: there is another login, at once where the token had been taken before. */
  refused(token: string): void;
  /** Why there is no token; null where there is one. Public text. */
  failure(): string | null;
  /** Gives a token back that a login made. Idempotent. */
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly client: VaultClient;
  readonly login: Login;
  /** Whether there is another token by now; asked when the lease would be renewed. Null: never. */
  readonly isReplaced?: ((token: string) => Promise<boolean>) | null;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of waits. */
  readonly random?: () => number;
  /** Told of each login: why it failed, or what it gave. */
  readonly onFailure?: (reason: string) => void;
  readonly onLogin?: (lease: Lease) => void;
}

/** A lease that lived this long was a good one: the next login waits for nothing. */
const settledMs = 60_000;

/** Logs in at once, in the background. */
export function createVaultSession(options: SessionOptions): VaultSession {
  const { client, login, isReplaced = null, clock = systemClock, random = Math.random } = options;
  const closing = new AbortController();
  const { signal: closed } = closing;
  const held: { lease: Lease | undefined } = { lease: undefined };
  let failure: string | null = null;
  let attempts = 0;
  let wake = (): void => undefined;
  let settled = deferred();

  /** Ends after `ms`, or earlier where somebody calls `wake`. */
  const pause = (ms: number | null): Promise<void> =>
    new Promise((resolve) => {
      const cancel = ms === null ? () => undefined : clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
      if (closed.aborted) wake();
    });

  const logIn = async (): Promise<Lease | undefined> => {
    attempts += 1;
    const outcome = await login(closed);
    // Closed meanwhile: what was had is given back.
    if (closed.aborted && outcome.kind === 'lease') held.lease = outcome.lease;
    if (closed.aborted) return undefined;
    if (outcome.kind === 'failed') {
      failure = outcome.reason;
      options.onFailure?.(outcome.reason);
    } else {
      failure = null;
      held.lease = outcome.lease;
      options.onLogin?.(outcome.lease);
    }
    settled.resolve();
    settled = deferred();
    return held.lease;
  };

  /** The lease after a renewal; the same where Vault does not answer; undefined where it will not renew it. */
  const renew = async (lease: Lease): Promise<Lease | undefined> => {
    const answer = await client.request({
      path: 'auth/token/renew-self',
      token: lease.token,
      body: {},
      signal: closed,
    });
    if (answer.kind === 'unavailable' || answer.kind === 'unusable') return lease;
    const renewed = answer.kind === 'ok' ? leaseOf(answer.body) : undefined;
    return renewed && { ...renewed, isOwn: lease.isOwn };
  };

  /** As `renew`, where there is no other token. */
  const prolong = async (lease: Lease): Promise<Lease | undefined> => {
    if ((await isReplaced?.(lease.token)) === true) return undefined;
    return lease.isRenewable ? renew(lease) : lease;
  };

  const isCurrent = (lease: Lease): boolean => held.lease?.token === lease.token && !closed.aborted;

  /** Ends when the lease has ended, or cannot be had longer. */
  const keep = async (first: Lease): Promise<void> => {
    let lease = first;
    let ends = endOf(lease);
    while (isCurrent(lease)) {
      const left = ends === null ? null : ends - clock.now();
      if (left !== null && left <= 0) return;
      await pause(left === null ? null : waitFor(left, lease.isRenewable || isReplaced !== null));
      if (!isCurrent(lease) || left === null) continue;
      const renewed = await prolong(lease);
      if (renewed === undefined || !isCurrent(lease)) return;
      if (renewed === lease) continue;
      lease = renewed;
      held.lease = renewed;
      ends = endOf(renewed);
    }
  };

  const endOf = ({ durationMs }: Lease): number | null => (durationMs === null ? null : clock.now() + durationMs);

  const isClosed = (): boolean => closed.aborted;

  const live = async (): Promise<void> => {
    while (!isClosed()) {
      const delay = backoffMs(attempts, random);
      if (delay > 0) await pause(delay);
      if (isClosed()) return;
      const lease = await logIn();
      if (lease === undefined || isClosed()) continue;
      const since = clock.now();
      await keep(lease);
      if (held.lease !== undefined || clock.now() - since >= settledMs) attempts = 0;
      if (!isClosed()) held.lease = undefined;
    }
  };

  const living = live();
  let closeOnce: Promise<void> | undefined;
  const giveBack = async (): Promise<void> => {
    closing.abort(new Error('closed'));
    wake();
    await living;
    const lease = held.lease;
    held.lease = undefined;
    if (lease?.isOwn === true) {
      const signal = AbortSignal.timeout(2000);
      await client.request({ path: 'auth/token/revoke-self', token: lease.token, body: {}, signal });
    }
  };

  return {
    async token(signal) {
      if (held.lease === undefined && failure === null) await untilAborted(settled.promise, signal);
      return held.lease?.token;
    },
    accepted() {
      attempts = 0;
    },
    refused(token) {
      if (held.lease?.token !== token) return;
      held.lease = undefined;
      // It was never any good, so that the next login waits; requests do not wait with it.
      if (attempts > 0) failure = 'it refuses the token that it gave or was given';
      wake();
    },
    failure: () => failure,
    close() {
      closeOnce ??= giveBack();
      return closeOnce;
    },
  };
}

/** Until two thirds of what is left, where it can be renewed then; bounded below, so that an end that comes near is no storm. */
function waitFor(left: number, isRenewable: boolean): number {
  return isRenewable ? Math.min(left, Math.max(500, Math.floor((left * 2) / 3))) : left;
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', stop);
}
