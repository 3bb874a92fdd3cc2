import { createHmac, randomBytes } from 'node:crypto';
import type { TreeMap } from 'cairn-config-client/values';
import { createSingleFlight } from '../core/single-flight.js';
import { createByteCache } from '../core/byte-cache.js';
import type { CallerToken } from '../core/caller-token.js';
import { writeJson } from '../core/json.js';
import { createCallerPlaces } from './caller-places.js';
import type { VaultAnswer } from './client.js';
import { systemClock, type Clock } from './clock.js';
import { givingOf } from './giving.js';
import { absolutePath, secretIn, standingOfValue, type KvVersion, type Standing } from './kv.js';
import { createOutage, type Outage, type OutageOptions, type SecretsState } from './outage.js';
import type { VaultRead } from './reads.js';
import { createRefusals } from './refusals.js';

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

/** What became of a secret that the server had. */
export interface SecretChange {
  /** `<mount>/<path>`, without version 2's `data/`. */
  readonly path: string;
  /** `refused`: it may not be read any more, or what is there now cannot be taken. */
  readonly kind: 'rotated' | 'deleted' | 'refused';
}

export interface SecretsOptions extends Omit<OutageOptions, 'clock'> {
  readonly read: VaultRead;
  /** Where it is shared with others who ask the same Vault; its own listeners are told then. */
  readonly outage?: Outage;
  /** How long a secret is given without a look at Vault. */
  readonly timeToLiveMs: number;
  /** How much longer it is given while Vault does not answer. */
  readonly staleLimitMs: number;
  readonly cacheBytes: number;
  readonly clock?: Clock;
  /** Told of each secret that the server's own token reads for somebody. */
  readonly onUse?: (at: SecretPath) => void;
  readonly onExpire?: () => void;
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
  /** Calls `listener` when a secret of the server's is another than it was. Returns the function that unsubscribes. */
  onChange(listener: (change: SecretChange) => void): () => void;
  state(): SecretsState;
  close(): void;
}

export interface SecretPath {
  readonly path: string;
  readonly version: KvVersion;
  /** Of version 2: the version of the secret; without it the newest. */
  readonly pin?: number;
}

/** The same, for who looks whether they are still what they were. */
export interface KeptSecrets extends Secrets {
  kept(at: SecretPath): Kept | undefined;
  /** Reads it now. */
  look(at: SecretPath, signal: AbortSignal): Promise<SecretOutcome['kind']>;
  /** Takes note of whether Vault answers. */
  note(answer: VaultAnswer): void;
}

export interface Kept {
  /** Undefined where Vault did not say. */
  readonly standing: Standing | undefined;
  /** Whether its time is up, or it has expired. */
  readonly isDue: boolean;
  readonly isExpired: boolean;
}

interface Entry {
  readonly secret: Secret;
  readonly standing: Standing | undefined;
  readonly at: number;
  readonly generation: number;
}

/** What a read was for, and when it began. */
interface Reading {
  readonly at: SecretPath;
  readonly caller: CallerToken | null;
  readonly name: string;
  readonly generation: number;
}

/** For so long at most what Vault refused the server is not asked for again. */
const refusedMs = 10_000;

export function createSecrets(options: SecretsOptions): KeptSecrets {
  const { read, timeToLiveMs, staleLimitMs, clock = systemClock } = options;
  const entries = createByteCache<string, Entry>(options.cacheBytes);
  const refusals = createRefusals({
    rememberMs: Math.min(refusedMs, timeToLiveMs),
    cacheBytes: options.cacheBytes / 16,
    clock,
  });
  const places = createCallerPlaces(options.cacheBytes / 16);
  const flights = createSingleFlight<SecretOutcome>();
  const listeners = new Set<(change: SecretChange) => void>();
  const outage = options.outage ?? createOutage({ ...options, clock });
  const key = randomBytes(32);
  let generation = 0;
  let revision = 0;

  const keyOf = ({ path, version, pin }: SecretPath, caller: CallerToken | null): string =>
    `${caller === null ? 'server' : places.of(caller)}\n${version}\n${pin ?? ''}\n${path}`;

  const tell = ({ at: { path, version }, caller }: Reading, kind: SecretChange['kind']): void => {
    if (caller !== null) return;
    const change = { path: absolutePath(path, version), kind };
    for (const listener of [...listeners]) listener(change);
  };

  const keep = (reading: Reading, values: TreeMap | null, standing: Standing | undefined): Secret => {
    const { name, caller } = reading;
    const text = values === null ? '' : writeJson(values);
    const secret = { values, id: createHmac('sha256', key).update(text).digest('hex') };
    const before = entries.get(name);
    // A read that began before everything expired is no news to one that began after.
    if (before !== undefined && before.generation > reading.generation) return secret;
    const entry = { secret, standing, at: clock.now(), generation: reading.generation };
    entries.set(name, entry, 500 + 2 * name.length + 4 * text.length);
    if (caller !== null) places.fill(caller);
    if (before?.secret.id === secret.id) return secret;
    revision += 1;
    if (before !== undefined) tell(reading, values === null ? 'deleted' : 'rotated');
    return secret;
  };
  /** The entry of what Vault refused goes; all of a caller's where its token may be bad. */
  const drop = (reading: Reading, outcome: SecretOutcome): SecretOutcome => {
    const { name, caller } = reading;
    const wasKept = entries.get(name) !== undefined;
    entries.delete(name);
    const hasLeft = caller !== null && outcome.kind === 'refused' && places.leave(caller);
    if (wasKept || hasLeft) revision += 1;
    if (caller === null && reading.generation === generation) refusals.remember(name, outcome);
    if (wasKept) tell(reading, 'refused');
    return outcome;
  };

  const load = async (reading: Reading, signal: AbortSignal): Promise<SecretOutcome> => {
    const { at, caller } = reading;
    const answer = await read(wirePath(at), caller, signal);
    // What the server may not read is no success, although Vault is there.
    if (!signal.aborted) outage.note(answer, answer.kind !== 'refused' || caller !== null);
    if (answer.kind === 'unavailable') return answer;
    if (answer.kind === 'refused' || answer.kind === 'unusable') return drop(reading, answer);
    const values = answer.kind === 'ok' ? secretIn(answer.body, at.version) : null;
    // What was there is there no more, although nobody can say what is.
    if (values === undefined) return drop(reading, noSuchEngine(at.version));
    const standing = at.version === 2 ? standingOfValue(answer) : undefined;
    return { kind: 'secret', secret: keep(reading, values, standing) };
  };
  const loadOnce = (at: SecretPath, caller: CallerToken | null, signal: AbortSignal): Promise<SecretOutcome> => {
    const reading = { at, caller, name: keyOf(at, caller), generation };
    return flights.run(`${generation}\n${reading.name}`, signal, (shared) => load(reading, shared));
  };
  const refusalOf = (at: SecretPath, caller: CallerToken | null): SecretOutcome | undefined =>
    caller === null ? refusals.of(keyOf(at, null)) : undefined;

  const ageOf = (entry: Entry): number => (entry.generation === generation ? clock.now() - entry.at : timeToLiveMs * 2);
  const isUsable = (entry: Entry): boolean => clock.now() - entry.at < timeToLiveMs + staleLimitMs;
  const background = (at: SecretPath, caller: CallerToken | null): void => {
    // Who is answered meanwhile does not wait; what goes wrong is in the state.
    loadOnce(at, caller, neverAborted).catch(() => undefined);
  };
  const neverAborted = new AbortController().signal;
  const noteUse = (at: SecretPath, caller: CallerToken | null): void => {
    if (caller === null) options.onUse?.(at);
  };

  return {
    async get(at, caller, signal) {
      noteUse(at, caller);
      const entry = entries.get(keyOf(at, caller));
      if (entry === undefined || !isUsable(entry)) return refusalOf(at, caller) ?? loadOnce(at, caller, signal);
      const { isAtOnce, isLookedAt, isStale } = givingOf(ageOf(entry), timeToLiveMs, outage.since());
      if (isAtOnce && isLookedAt) background(at, caller);
      if (isAtOnce) return isStale ? stale(entry) : { kind: 'secret', secret: entry.secret };
      const outcome = await loadOnce(at, caller, signal);
      return outcome.kind === 'unavailable' ? stale(entry) : outcome;
    },
    peek(at, caller) {
      noteUse(at, caller);
      const entry = entries.get(keyOf(at, caller));
      if (entry === undefined || ageOf(entry) >= timeToLiveMs) return undefined;
      return { ...entry.secret, until: entry.at + timeToLiveMs };
    },
    has(at, caller) {
      const entry = entries.get(keyOf(at, caller));
      return entry !== undefined && isUsable(entry);
    },
    prefetch(at) {
      noteUse(at, null);
      const entry = entries.get(keyOf(at, null));
      if (entry === undefined || ageOf(entry) >= timeToLiveMs) background(at, null);
    },
    expire() {
      generation += 1;
      revision += 1;
      refusals.clear();
      options.onExpire?.();
    },
    get revision() {
      return revision;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    kept(at) {
      const entry = entries.get(keyOf(at, null));
      if (entry === undefined) return undefined;
      const isExpired = entry.generation !== generation;
      return { standing: entry.standing, isDue: ageOf(entry) >= timeToLiveMs, isExpired };
    },
    async look(at, signal) {
      const outcome = await loadOnce(at, null, signal).catch((): SecretOutcome => aborted);
      return outcome.kind;
    },
    note(answer) {
      outage.note(answer, answer.kind === 'ok' || answer.kind === 'missing');
    },
    state: () => outage.state(),
    close() {
      flights.close();
      listeners.clear();
      entries.clear();
      refusals.clear();
      places.clear();
    },
  };
}

const aborted: SecretOutcome = { kind: 'unavailable', reason: 'closed' };

function noSuchEngine(version: KvVersion): SecretOutcome {
  return { kind: 'unusable', reason: `it is no KV engine of version ${version}` };
}

function stale({ secret }: Entry): SecretOutcome {
  return { kind: 'secret', secret, isStale: true };
}

function wirePath({ path, pin }: SecretPath): string {
  return pin === undefined ? path : `${path}?version=${pin}`;
}
