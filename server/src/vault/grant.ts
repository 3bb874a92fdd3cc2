import type { Tree, TreeMap } from 'cairn-config-client/values';
import { memberOf } from './client.js';

/** What Vault gave for a time. */
export interface Grant {
  readonly values: TreeMap;
  /** Null: it ends by itself, and can be neither renewed nor revoked. */
  readonly leaseId: string | null;
  readonly durationMs: number;
  readonly isRenewable: boolean;
  /** Whether another one can be had before this one ends, and both are good then. */
  readonly canOverlap: boolean;
}

/** The grant of an answer; undefined where it has no end: it is no dynamic secret then. */
export function grantIn(body: TreeMap, now: number): Grant | undefined {
  const values = memberOf(body, 'data');
  if (!(values instanceof Map)) return undefined;
  const leaseId = leaseIdOf(body);
  const leaseMs = secondsIn(memberOf(body, 'lease_duration'));
  const ends = [expiryMs(values, now), rotationMs(values), leaseMs].filter((ms) => ms !== undefined);
  if (ends.length === 0) return undefined;
  return {
    values,
    leaseId,
    durationMs: Math.max(1000, Math.min(...ends)),
    isRenewable: leaseId !== null && memberOf(body, 'renewable') === true,
    canOverlap: rotationMs(values) === undefined,
  };
}

/** The id of an answer's lease; null where it has none. */
export function leaseIdOf(body: TreeMap): string | null {
  const id = memberOf(body, 'lease_id');
  return typeof id === 'string' && id !== '' ? id : null;
}

/** Vault's whole seconds in milliseconds; undefined where there are none. */
export function secondsIn(seconds: Tree | undefined): number | undefined {
  return typeof seconds === 'bigint' && seconds > 0n ? Number(seconds) * 1000 : undefined;
}

/** A certificate has its end in seconds since the epoch. */
function expiryMs(values: TreeMap, now: number): number | undefined {
  const end = secondsIn(values.get('expiration'));
  return end === undefined || !values.has('serial_number') ? undefined : end - now;
}

/** The password of a static role is changed by Vault at its time, and there is no other one before that. */
function rotationMs(values: TreeMap): number | undefined {
  const isRotated = values.has('rotation_period') || values.has('rotation_schedule');
  return isRotated ? (secondsIn(values.get('ttl')) ?? 1000) : undefined;
}
