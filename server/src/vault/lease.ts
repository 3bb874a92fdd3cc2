import { orAborted } from '../core/single-flight.js';
import { writeJson } from '../core/json.js';
import type { AsServer } from './as-server.js';
import { memberOf, type VaultAnswer } from './client.js';
import { backoffMs, type Clock } from './clock.js';
import { grantIn, leaseIdOf, secondsIn, type Grant } from './grant.js';
import type { LeaseAction, LeaseAt, LeaseTold } from './lease-at.js';
import { nextStep, overlapOf } from './lease-plan.js';
import { createLeaseTimers } from './lease-timers.js';
import type { FreshSecret, Secret, SecretOutcome } from './secrets.js';

/** One dynamic secret and its successors: had, renewed, replaced, and let end when nobody asks for it any more. */
export interface Lease {
  readonly at: LeaseAt;
  /** Whether there is a secret, or one is being had. */
  readonly isLiving: boolean;
  get(signal: AbortSignal): Promise<SecretOutcome>;
  peek(): FreshSecret | undefined;
  /** The login that was the server's is so no more: what was leased with it ends then. */
  endLogin(until: number): void;
  /** Waits for what is under way until `deadline`; the id of what is held then. */
  close(deadline: AbortSignal): Promise<string | null>;
}

export interface LeaseOptions {
  readonly at: LeaseAt;
  readonly asServer: AsServer;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** The number of the server's login. */
  readonly login: () => number;
  /** Equal texts, equal ids. */
  readonly idOf: (text: string) => string;
  /** What `peek` gives is another thing now. */
  readonly onChange: () => void;
  /** Nothing is held, and nobody has asked for a while. */
  readonly onGone: () => void;
  /** Ends a lease in `afterMs`, or lets it end by itself before. */
  readonly retire: (leaseId: string, afterMs: number, leftMs: number) => void;
  readonly tell: (told: LeaseTold) => void;
}

interface Held {
  readonly secret: Secret;
  readonly grant: Grant;
  readonly endsAt: number;
  /** With which it was had; null: it does not end with one. */
  readonly login: number | null;
  /** Whether it ends then in any case: not renewable, or its longest time is near. */
  readonly isFinal: boolean;
}

/** When, and with which login. */
interface Asked {
  readonly sentAt: number;
  readonly login: number;
}

interface Failure {
  readonly outcome: SecretOutcome;
  readonly until: number;
}

/** For no longer than this after a failure requests are told of it without another try. */
const longestRefusalMs = 15_000;
/** A renewal that gives less than this part of the lease was cut short by its longest time. */
const wholeRenewal = 0.9;
/** Of one secret. */
const mostCharacters = 65_536;
/** So often within its idle time a lease that goes on being asked for is looked for. */
const looksWithinIdle = 4;

export function createLease(options: LeaseOptions): Lease {
  const { at, asServer, clock, random, onChange } = options;
  const { role, path, scope } = at;
  const timers = createLeaseTimers(clock);
  const aborting = new AbortController();
  const { signal } = aborting;
  let held: Held | undefined;
  let failure: Failure | undefined;
  let flight: Promise<SecretOutcome> | undefined;
  let attempts = 0;
  let isOverdue = false;
  let isResting = false;
  let isClosed = false;
  let wasHeld = false;
  let lastAsked = clock.now();

  const isIdle = (): boolean => clock.now() - lastAsked >= role.idleMs;
  const overlapMs = (grant: Grant): number => overlapOf(grant, role.overlapMs);
  const setOverdue = (value: boolean): void => {
    if (isOverdue !== value) onChange();
    isOverdue = value;
  };

  const failed = (action: LeaseAction, outcome: SecretOutcome, reason: string): SecretOutcome => {
    if (isClosed) return outcome;
    attempts += 1;
    options.tell({ type: 'lease-failed', path, scope, action, reason });
    const wait = backoffMs(attempts, random);
    failure = { outcome, until: clock.now() + Math.min(wait, longestRefusalMs) };
    if (held === undefined) {
      timers.step(role.idleMs, goneWhereIdle);
      return outcome;
    }
    setOverdue(true);
    timers.step(wait, proceed);
    return outcome;
  };

  const goneWhereIdle = (): void => {
    if (held !== undefined || flight !== undefined) return;
    if (isIdle()) options.onGone();
    else timers.step(role.idleMs, goneWhereIdle);
  };

  const end = (): void => {
    timers.clear();
    held = undefined;
    onChange();
    if (isOverdue || isIdle()) options.tell({ type: 'lease-ended', path, scope, isIdle: isIdle() });
    isOverdue = false;
    isResting = false;
    if (isIdle()) options.onGone();
    else void obtain();
  };

  /** Renews or replaces what is held, where somebody still asks for it. */
  const proceed = (): void => {
    if (held === undefined || isClosed) return;
    isResting = isIdle();
    if (isResting) return;
    // Near its end a lease that could not be renewed is better replaced.
    const isLate = held.endsAt - clock.now() <= overlapMs(held.grant) / 2;
    void (held.isFinal || isLate ? obtain() : renew(held));
  };

  const plan = ({ grant, isFinal, endsAt }: Held): void => {
    const afterMs = nextStep({ grant, isFinal, leftMs: endsAt - clock.now(), overlapMs: overlapMs(grant), random });
    timers.step(afterMs, proceed);
  };
  const hold = (next: Held): void => {
    held = next;
    attempts = 0;
    failure = undefined;
    isResting = false;
    timers.end(next.endsAt - clock.now(), end);
    plan(next);
  };

  const renew = async (before: Held): Promise<void> => {
    const { leaseId: lease_id, durationMs } = before.grant;
    const body = { lease_id, increment: Math.ceil(durationMs / 1000) };
    const sentAt = clock.now();
    const answer = await asServer({ path: 'sys/leases/renew', body, signal });
    if (held !== before || isClosed) return;
    if (answer.kind === 'unavailable' || answer.kind === 'unusable') failed('renew', answer, answer.reason);
    else if (answer.kind === 'ok') renewed(before, secondsIn(memberOf(answer.body, 'lease_duration')) ?? 0, sentAt);
    else await examine(before, answer);
  };
  const renewed = (before: Held, durationMs: number, sentAt: number): void => {
    const isFinal = durationMs < before.grant.durationMs * wholeRenewal;
    hold({ ...before, isFinal, endsAt: durationMs === 0 ? before.endsAt : sentAt + durationMs });
    setOverdue(false);
    options.tell({ type: 'lease-renewed', path, scope, seconds: Math.round(durationMs / 1000) });
  };
  /** Vault does not renew it: it is gone, or only cannot be renewed. */
  const examine = async (before: Held, refusal: VaultAnswer): Promise<void> => {
    const body = { lease_id: before.grant.leaseId };
    const looked = isUnknown(refusal) ? await asServer({ path: 'sys/leases/lookup', body, signal }) : refusal;
    if (held !== before || isClosed) return;
    if (isUnknown(looked)) {
      options.tell({ type: 'lease-failed', path, scope, action: 'renew', reason: 'it has no such lease any more' });
      end();
      return;
    }
    options.tell({ type: 'lease-failed', path, scope, action: 'renew', reason: reasonOf(refusal) });
    held = { ...before, isFinal: true };
    plan(held);
  };

  const obtain = (): Promise<SecretOutcome> => {
    flight ??= read().finally(() => {
      flight = undefined;
    });
    return flight;
  };
  const read = async (): Promise<SecretOutcome> => {
    const action = held === undefined ? 'read' : 'replace';
    const sentAt = clock.now();
    let login = options.login();
    const onLogin = (shown: number): void => {
      login = shown;
    };
    const body = at.parameters === null ? {} : { body: at.parameters };
    const answer = await asServer({ path, ...body, signal, onLogin });
    if (answer.kind !== 'ok') return failed(action, answer.kind === 'missing' ? nothing : answer, reasonOf(answer));
    const grant = grantIn(answer.body, clock.now());
    const text = grant === undefined ? '' : writeJson(grant.values);
    if (grant !== undefined && text.length <= mostCharacters) return granted(grant, text, { sentAt, login });
    const leaseId = leaseIdOf(answer.body);
    if (leaseId !== null) options.retire(leaseId, 0, Infinity);
    const reason = grant === undefined ? 'its answer has neither a lease nor an end' : 'its answer is too large';
    return failed(action, { kind: 'unusable', reason }, reason);
  };
  const granted = (grant: Grant, text: string, { sentAt, login }: Asked): SecretOutcome => {
    const old = held;
    const secret = { values: grant.values, id: options.idOf(text) };
    const got = { secret, grant, endsAt: sentAt + grant.durationMs, login: grant.leaseId === null ? null : login };
    // Had with a login that has been followed by another one meanwhile.
    const isOld = got.login !== null && got.login < options.login();
    if (isClosed) held = { ...got, isFinal: true };
    else hold({ ...got, isFinal: isOld || !grant.isRenewable });
    if (isOld) timers.step(0, proceed);
    if (old?.grant.leaseId != null) options.retire(old.grant.leaseId, overlapMs(old.grant), old.endsAt - clock.now());
    isOverdue = false;
    onChange();
    const seconds = Math.round(grant.durationMs / 1000);
    options.tell({ type: wasHeld ? 'lease-replaced' : 'lease-created', path, scope, seconds });
    wasHeld = true;
    return { kind: 'secret', secret };
  };

  /** What is held and has not ended; the clock may have been set on. */
  const current = (): Held | undefined => {
    lastAsked = clock.now();
    if (held !== undefined && clock.now() >= held.endsAt) end();
    if (isResting) proceed();
    return held;
  };

  return {
    at,
    get isLiving() {
      return held !== undefined || flight !== undefined;
    },
    async get(waiting) {
      const now = current();
      if (now !== undefined) return { kind: 'secret', secret: now.secret, ...(isOverdue && { isStale: true }) };
      if (flight === undefined && failure !== undefined && clock.now() < failure.until) return failure.outcome;
      return orAborted(obtain(), waiting);
    },
    peek() {
      const now = current();
      if (now === undefined || isOverdue) return undefined;
      return { ...now.secret, until: Math.min(now.endsAt, clock.now() + role.idleMs / looksWithinIdle) };
    },
    endLogin(until) {
      const before = held;
      if (before === undefined || before.login === null || before.login >= options.login()) return;
      if (until <= clock.now()) {
        end();
        return;
      }
      held = { ...before, isFinal: true, endsAt: Math.min(before.endsAt, until) };
      timers.end(held.endsAt - clock.now(), end);
      plan(held);
    },
    async close(deadline) {
      isClosed = true;
      timers.clear();
      const abort = (): void => {
        aborting.abort(new Error('closed'));
      };
      deadline.addEventListener('abort', abort, { once: true });
      await flight;
      abort();
      const leaseId = held?.grant.leaseId ?? null;
      held = undefined;
      return leaseId;
    },
  };
}

const nothing: SecretOutcome = { kind: 'secret', secret: { values: null, id: '' } };

/** What Vault says of leases that it does not have, and of some that it does not renew; 403 is for who may not ask. */
function isUnknown(answer: VaultAnswer): boolean {
  return answer.kind === 'missing' || (answer.kind === 'refused' && answer.status === 400);
}

function reasonOf(answer: VaultAnswer): string {
  if (answer.kind === 'unavailable' || answer.kind === 'unusable') return answer.reason;
  return answer.kind === 'refused' ? `it refuses (${answer.status})` : 'there is nothing at this path';
}
