import type { VaultClient } from './client.js';
import { backoffMs, systemClock, type Clock } from './clock.js';
import { leaseOf, type Lease, type Login } from './login.js';

/**
 * The server's own token: had by a login, renewed at two thirds of its lease, had anew before that ends for good or when it is
 * refused.
 */
export interface VaultSession {
  /** The token; waits for a login that is under way. Undefined where the newest one failed: another is tried in time. */
  token(signal: AbortSignal): Promise<string | undefined>;
  /** Which login the token is of, counted. */
  login(): number;
  /** Vault took the token. */
  accepted(): void;
  /** Vault did not take `token`, which should be good: there is another login, at once where the token had been taken before. */
  refused(token: string): void;
  /** Why there is no token; null where there is one. Public text. */
  failure(): string | null;
  /** From now on `close` gives no token back: what was leased with it lives on. */
  leave(): void;
  /** Gives tokens back that logins made. Idempotent. */
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
  /** Told when a login is not used any more: what was leased with its token is good until then (milliseconds since the epoch). */
  readonly onLoginEnd?: (until: number) => void;
}

/** A lease that lived this long was a good one: the next login waits for nothing. */
const settledMs = 60_000;
/** A renewal that gives less than this part of the lease was cut short by its longest time. */
const wholeRenewal = 0.9;

/** Logs in at once, in the background. */
export function createVaultSession(options: SessionOptions): VaultSession {
  const { client, login, isReplaced = null, clock = systemClock, random = Math.random } = options;
  const closing = new AbortController();
  const { signal: closed } = closing;
  const held: { lease: Lease | undefined } = { lease: undefined };
  const retired: Retired[] = [];
  let failure: string | null = null;
  let logins = 0;
  let isLeft = false;
  let cancelEnd = (): void => undefined;
  let attempts = 0;
  let heldUntil = 0;
  let wake = (): void => undefined;
  let settled = deferred();

  /** Ends after `ms`, or earlier where somebody calls `wake`. */
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = ms === Infinity ? () => undefined : clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
      if (closed.aborted) wake();
    });

  const logIn = async (): Promise<Lease | undefined> => {
    attempts += 1;
    const outcome = await login(closed);
    if (outcome.kind === 'lease') take(outcome.lease);
    else if (!closed.aborted) {
      failure = outcome.reason;
      options.onFailure?.(outcome.reason);
    }
    settled.resolve();
    settled = deferred();
    return outcome.kind === 'lease' ? outcome.lease : undefined;
  };
  const take = (lease: Lease): void => {
    const old = held.lease;
    cancelEnd();
    failure = null;
    held.lease = lease;
    if (old !== undefined && old.token !== lease.token) retire(old);
    if (!closed.aborted) options.onLogin?.(lease);
  };
  /** What was leased with it is good for as long as it is, so that it is not given back before the end. */
  const retire = (old: Lease): void => {
    const now = clock.now();
    const living = retired.filter(({ until }) => until > now);
    retired.splice(0, retired.length, ...living, { lease: old, until: heldUntil });
    endLogin(heldUntil);
  };
  const endLogin = (until: number): void => {
    logins += 1;
    options.onLoginEnd?.(until);
  };
  const drop = (): void => {
    cancelEnd();
    if (held.lease === undefined) return;
    held.lease = undefined;
    endLogin(clock.now());
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

  /** Ends when there should be another login; until when the token is good then. */
  const keep = async (first: Lease): Promise<number> => {
    let lease = first;
    let ends = endOf(lease);
    while (isCurrent(lease)) {
      const left = ends - clock.now();
      if (left <= 0) return clock.now();
      if (isSucceeded(first, lease, left)) return ends;
      await pause(waitFor(first, lease, left));
      if (!isCurrent(lease) || left === Infinity || isFinal(first, lease)) continue;
      const renewed = await prolong(lease);
      if (renewed === undefined || !isCurrent(lease)) return clock.now();
      if (renewed === lease) continue;
      lease = renewed;
      held.lease = renewed;
      ends = endOf(renewed);
    }
    return clock.now();
  };
  /** Whether another login is made while the token, which cannot be had longer, is good for a third of its time yet. */
  const isSucceeded = (first: Lease, lease: Lease, left: number): boolean =>
    isFinal(first, lease) && left <= (first.durationMs ?? 0) / 3;
  const waitFor = (first: Lease, lease: Lease, left: number): number => {
    if (isFinal(first, lease)) return Math.ceil(left - (first.durationMs ?? 0) / 3);
    return untilRenewal(left, lease.isRenewable || isReplaced !== null);
  };

  const endOf = ({ durationMs }: Lease): number => clock.now() + (durationMs ?? Infinity);

  const isClosed = (): boolean => closed.aborted;

  const live = async (): Promise<void> => {
    while (!isClosed()) {
      const delay = backoffMs(attempts, random);
      if (delay > 0) await pause(delay);
      if (isClosed()) return;
      const lease = await logIn();
      if (lease === undefined || isClosed()) continue;
      const since = clock.now();
      heldUntil = await keep(lease);
      if (held.lease !== undefined || clock.now() - since >= settledMs) attempts = 0;
      if (isClosed()) return;
      if (heldUntil <= clock.now()) drop();
      else if (held.lease !== undefined) cancelEnd = clock.after(heldUntil - clock.now(), drop);
    }
  };

  const living = live();
  let closeOnce: Promise<void> | undefined;
  const giveBack = async (): Promise<void> => {
    closing.abort(new Error('closed'));
    wake();
    await living;
    cancelEnd();
    const all = [...retired.map(({ lease }) => lease), ...(held.lease === undefined ? [] : [held.lease])];
    held.lease = undefined;
    const signal = AbortSignal.timeout(2000);
    const own = isLeft ? [] : all.filter(({ isOwn }) => isOwn);
    const path = 'auth/token/revoke-self';
    await Promise.all(own.map(({ token }) => client.request({ path, token, body: {}, signal })));
  };

  return {
    async token(signal) {
      if (held.lease === undefined && failure === null) await untilAborted(settled.promise, signal);
      return held.lease?.token;
    },
    login: () => logins,
    leave() {
      isLeft = true;
    },
    accepted() {
      attempts = 0;
    },
    refused(token) {
      if (held.lease?.token !== token) return;
      drop();
      // It was never any good, so that the next login waits; requests do not wait with it.
      if (attempts > 0) failure = 'it refuses the token that it gave or was given';
      wake();
    },
    failure: () => (held.lease === undefined ? failure : null),
    close() {
      closeOnce ??= giveBack();
      return closeOnce;
    },
  };
}

/** A token that was given is nothing that another login would change. */
function isFinal(first: Lease, lease: Lease): boolean {
  if (!lease.isOwn || lease.durationMs === null) return false;
  return !lease.isRenewable || lease.durationMs < (first.durationMs ?? 0) * wholeRenewal;
}

/** Until two thirds of what is left, where it can be renewed then; bounded below, so that an end that comes near is no storm. */
function untilRenewal(left: number, isRenewable: boolean): number {
  return isRenewable ? Math.min(left, Math.max(500, Math.floor((left * 2) / 3))) : left;
}

interface Retired {
  readonly lease: Lease;
  readonly until: number;
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
