/**
 * Texts that Vault's transit engine decrypts: in batches, kept for their time. Imports core and the room.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createByteCache } from '../core/byte-cache.js';
import type { CallerToken } from '../core/caller-token.js';
import { orAborted } from '../core/single-flight.js';
import { createCallerPlaces } from './caller-places.js';
import type { Clock } from './clock.js';
import { givingOf } from './giving.js';
import type { Outage } from './outage.js';
import type { SecretAddress, SecretAsker, SecretStore } from './secret-store.js';
import type { Secret, SecretOutcome } from './secrets.js';
import { createTransitBatches, type Decrypt } from './transit-batches.js';

export interface TransitOptions {
  /** Where the engine is mounted: `transit`. */
  readonly mount: string;
  readonly decrypt: Decrypt;
  readonly outage: Outage;
  readonly timeToLiveMs: number;
  readonly staleLimitMs: number;
  readonly cacheBytes: number;
  readonly clock: Clock;
}

export interface Transit extends SecretStore {
  close(): void;
}

/** As Vault takes it. */
const keyName = /^\w(?:[\w.-]*\w)?$/;

/** The one value of a secret of this store. */
export const plaintextKey = 'plaintext';

interface Entry {
  readonly secret: Secret;
  readonly at: number;
}

interface Reading {
  readonly name: string;
  readonly key: string;
  readonly ciphertext: string;
  readonly caller: CallerToken | null;
}

export function createTransit(options: TransitOptions): Transit {
  const { mount, outage, timeToLiveMs, staleLimitMs, clock } = options;
  const entries = createByteCache<string, Entry>(options.cacheBytes);
  const places = createCallerPlaces(options.cacheBytes / 16);
  const flights = new Map<string, Promise<SecretOutcome>>();
  const secretKey = randomBytes(32);
  const batches = createTransitBatches(options.decrypt, (answer) => {
    outage.note(answer, answer.kind === 'ok');
  });
  let revision = 0;

  const hmac = (text: string): string => createHmac('sha256', secretKey).update(text).digest('hex');
  const placeOf = (caller: CallerToken | null): string => (caller === null ? 'server' : places.of(caller));
  const readingOf = ({ path, ciphertext }: SecretAddress, { caller }: SecretAsker): Reading | undefined => {
    if (ciphertext === undefined || !holds(path)) return undefined;
    const key = path.slice(mount.length + 1);
    if (!keyName.test(key)) return undefined;
    return { name: hmac(`${placeOf(caller)}\n${key}\n${ciphertext}`), key, ciphertext, caller };
  };
  const holds = (path: string): boolean => path.startsWith(`${mount}/`);

  const keep = ({ name, caller }: Reading, text: string): Secret => {
    const secret: Secret = { values: new Map([[plaintextKey, text]]), id: hmac(`plain\n${text}`) };
    if (entries.get(name)?.secret.id !== secret.id) revision += 1;
    entries.set(name, { secret, at: clock.now() }, 600 + 4 * text.length);
    if (caller !== null) places.fill(caller);
    return secret;
  };
  const drop = ({ name, caller }: Reading, outcome: SecretOutcome): SecretOutcome => {
    const hasLeft = caller !== null && outcome.kind === 'refused' && places.leave(caller);
    if (hasLeft || entries.get(name) !== undefined) revision += 1;
    entries.delete(name);
    return outcome;
  };

  const load = async (reading: Reading): Promise<SecretOutcome> => {
    const { key, ciphertext, caller } = reading;
    const opened = await batches.open({ place: placeOf(caller), key, ciphertext, caller });
    if (opened.kind === 'text') return { kind: 'secret', secret: keep(reading, opened.text) };
    return opened.kind === 'unavailable' ? opened : drop(reading, opened);
  };
  const loadOnce = (reading: Reading): Promise<SecretOutcome> => {
    const known = flights.get(reading.name);
    if (known !== undefined) return known;
    const flight = load(reading).finally(() => flights.delete(reading.name));
    flights.set(reading.name, flight);
    return flight;
  };

  return {
    holds,
    async get(at, asker, signal) {
      const reading = readingOf(at, asker);
      if (reading === undefined) return { kind: 'refused', status: 400 };
      const entry = entries.get(reading.name);
      const age = entry === undefined ? Infinity : clock.now() - entry.at;
      if (entry === undefined || age >= timeToLiveMs + staleLimitMs) return orAborted(loadOnce(reading), signal);
      const { isAtOnce, isLookedAt, isStale } = givingOf(age, timeToLiveMs, outage.since());
      const stale: SecretOutcome = { kind: 'secret', secret: entry.secret, isStale: true };
      if (isAtOnce && isLookedAt) void loadOnce(reading);
      if (isAtOnce) return isStale ? stale : { kind: 'secret', secret: entry.secret };
      const outcome = await orAborted(loadOnce(reading), signal);
      return outcome.kind === 'unavailable' ? stale : outcome;
    },
    peek(at, asker) {
      const reading = readingOf(at, asker);
      const entry = reading && entries.get(reading.name);
      if (entry === undefined || clock.now() - entry.at >= timeToLiveMs) return undefined;
      return { ...entry.secret, until: entry.at + timeToLiveMs };
    },
    get revision() {
      return revision;
    },
    close() {
      batches.close();
      entries.clear();
      places.clear();
    },
  };
}
