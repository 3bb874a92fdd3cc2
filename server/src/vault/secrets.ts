import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { TreeMap } from 'cairn-config-client/values';
import { createSingleFlight } from '../core/single-flight.js';
import { createByteCache } from '../core/byte-cache.js';
import type { CallerToken } from '../core/caller-token.js';
import { writeJson } from '../core/json.js';
import type { VaultAnswer } from './client.js';
import { systemClock, type Clock } from './clock.js';
import { secretIn, type KvVersion } from './kv.js';
import type { VaultRead } from './reads.js';

/** A secret as Vault had it not long ago. */
export interface Secret {
  /** Null: there is none. */
  readonly values: TreeMap | null;
  /** Equal ids mean equal values; keyed, so that it tells nothing about them. */
  readonly id: string;
}

/** A secret that needs no look at Vault before `until`. */
export interface FreshSecret extends Secret {
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export type SecretOutcome =
  | {
      readonly kind: 'secret';
      readonly secret: Secret;
      /** Set where it is past its time and given because Vault does not answer. */
      readonly isStale?: true;
    }
  | Extract<VaultAnswer, { readonly kind: 'refused' | 'unusable' | 'unavailable' }>;

export interface SecretsOptions {
  readonly read: VaultRead;
  /** How long a secret is given without a look at Vault. */
  readonly timeToLiveMs: number;
  /** How much longer it is given while Vault does not answer. */
  readonly staleLimitMs: number;
  readonly cacheBytes: number;
  readonly clock?: Clock;
  /** Told where a read fails, and where one does not after that. */
  readonly onFailure?: (reason: string) => void;
  readonly onAnswer?: () => void;
}

/** What Vault has, by path and by whose token: cached, one read at a time for each. */
export interface Secrets {
  get(at: SecretPath, caller: CallerToken | null, signal: AbortSignal): Promise<SecretOutcome>;
  /** The secret where it is here and needs no look at Vault. */
  peek(at: SecretPath, caller: CallerToken | null): FreshSecret | undefined;
  /** Whether the secret is here, if only for a while in which Vault does not answer. */
  has(at: SecretPath, caller: CallerToken | null): boolean;
  /** Reads the secret in the background, where it is not here. */
  prefetch(at: SecretPath): void;
  /** Every secret is looked at again before it is given. */
  expire(): void;
  /** Moves whenever a secret that is kept appears, has another value, is dropped or expires by `expire`. */
  readonly revision: number;
  state(): SecretsState;
  close(): void;
}

export interface SecretPath {
  readonly path: string;
  readonly version: KvVersion;
  /** Of version 2: the version of the secret; without it the newest. */
  readonly pin?: number;
}

export interface SecretsState {
  /** When Vault last answered a read, milliseconds since the epoch. */
  readonly lastSuccess: number | null;
  /** Why the newest read failed; null where it did not. Public text. */
  readonly failure: string | null;
}

interface Entry {
  readonly secret: Secret;
  readonly at: number;
  readonly generation: number;
}

interface Epoch {
  readonly epoch: string;
}

/** For so long after a read that failed, requests do not wait for Vault where there is something to give. */
const outageMs = 30_000;
/** And so often they make it be asked again. */
const retryMs = 2000;

export function createSecrets(options: SecretsOptions): Secrets {
  const { read, timeToLiveMs, staleLimitMs, clock = systemClock } = options;
  const entries = createByteCache<string, Entry>(options.cacheBytes);
  const epochs = createByteCache<string, Epoch>(options.cacheBytes / 16);
  const flights = createSingleFlight<SecretOutcome>();
  const key = randomBytes(32);
  let generation = 0;
  let revision = 0;
  let lastSuccess: number | null = null;
  let outage: { readonly reason: string; readonly at: number } | undefined;

  /** Where a caller's secrets are kept. Its token refused, the next one is another place. */
  const placeOf = (caller: CallerToken | null): string => {
    if (caller === null) return 'server';
    const known = epochs.get(caller.id);
    if (known !== undefined) return known.epoch;
    const epoch = randomUUID();
    epochs.set(caller.id, { epoch }, 200);
    return epoch;
  };
  const keyOf = ({ path, version, pin }: SecretPath, caller: CallerToken | null): string =>
    `${placeOf(caller)}\n${version}\n${pin ?? ''}\n${path}`;

  const keep = (name: string, values: TreeMap | null): Secret => {
    const text = values === null ? '' : writeJson(values);
    const secret = { values, id: createHmac('sha256', key).update(text).digest('hex') };
    if (entries.get(name)?.secret.id !== secret.id) revision += 1;
    entries.set(name, { secret, at: clock.now(), generation }, 500 + 2 * name.length + 4 * text.length);
    return secret;
  };
  const drop = (name: string, caller: CallerToken | null): void => {
    revision += 1;
    entries.delete(name);
    if (caller !== null) epochs.delete(caller.id);
  };

  const noteOutage = (reason: string): void => {
    outage = { reason, at: clock.now() };
    options.onFailure?.(reason);
  };

  const load = async (at: SecretPath, caller: CallerToken | null, signal: AbortSignal): Promise<SecretOutcome> => {
    const name = keyOf(at, caller);
    const answer = await read(wirePath(at), caller, signal);
    if (answer.kind === 'unavailable') {
      if (!signal.aborted) noteOutage(answer.reason);
      return answer;
    }
    // What the server may not read is no success, although Vault is there.
    if (answer.kind !== 'refused' || caller !== null) lastSuccess = clock.now();
    outage = undefined;
    options.onAnswer?.();
    if (answer.kind === 'refused') {
      drop(name, caller);
      return answer;
    }
    const values = answer.kind === 'ok' ? secretIn(answer.body, at.version) : null;
    if (answer.kind !== 'unusable' && values !== undefined) return { kind: 'secret', secret: keep(name, values) };
    // What was there is there no more, although nobody can say what is.
    drop(name, null);
    return answer.kind === 'unusable' ? answer : noSuchEngine(at.version);
  };
  const loadOnce = (at: SecretPath, caller: CallerToken | null, signal: AbortSignal): Promise<SecretOutcome> =>
    flights.run(`${String(generation)}\n${keyOf(at, caller)}`, signal, (shared) => load(at, caller, shared));

  const ageOf = (entry: Entry): number => (entry.generation === generation ? clock.now() - entry.at : timeToLiveMs * 2);
  const isUsable = (entry: Entry): boolean => clock.now() - entry.at < timeToLiveMs + staleLimitMs;
  const background = (at: SecretPath, caller: CallerToken | null): void => {
    // Who is answered meanwhile does not wait; what goes wrong is in the state.
    loadOnce(at, caller, neverAborted).catch(() => undefined);
  };
  const neverAborted = new AbortController().signal;

  return {
    async get(at, caller, signal) {
      const entry = entries.get(keyOf(at, caller));
      if (entry === undefined || !isUsable(entry)) return loadOnce(at, caller, signal);
      const age = ageOf(entry);
      if (age < timeToLiveMs) return { kind: 'secret', secret: entry.secret };
      // Not long past its time it is given at once, and looked at meanwhile; later where Vault did not answer just now.
      const sinceOutage = outage === undefined ? Infinity : clock.now() - outage.at;
      if (sinceOutage < outageMs || (outage === undefined && age < timeToLiveMs * 2)) {
        if (sinceOutage >= retryMs) background(at, caller);
        return outage === undefined ? { kind: 'secret', secret: entry.secret } : stale(entry);
      }
      const outcome = await loadOnce(at, caller, signal);
      return outcome.kind === 'unavailable' ? stale(entry) : outcome;
    },
    peek(at, caller) {
      const entry = entries.get(keyOf(at, caller));
      if (entry === undefined || ageOf(entry) >= timeToLiveMs) return undefined;
      return { ...entry.secret, until: entry.at + timeToLiveMs };
    },
    has(at, caller) {
      const entry = entries.get(keyOf(at, caller));
      return entry !== undefined && isUsable(entry);
    },
    prefetch(at) {
      const entry = entries.get(keyOf(at, null));
      if (entry === undefined || ageOf(entry) >= timeToLiveMs) background(at, null);
    },
    expire() {
      generation += 1;
      revision += 1;
    },
    get revision() {
      return revision;
    },
    state: () => ({ lastSuccess, failure: outage?.reason ?? null }),
    close() {
      flights.close();
      entries.clear();
      epochs.clear();
    },
  };
}

function noSuchEngine(version: KvVersion): SecretOutcome {
  return { kind: 'unusable', reason: `it is no KV engine of version ${version}` };
}

function stale({ secret }: Entry): SecretOutcome {
  return { kind: 'secret', secret, isStale: true };
}

function wirePath({ path, pin }: SecretPath): string {
  return pin === undefined ? path : `${path}?version=${pin}`;
}
