import type { TreeMap } from 'cairn-config-client/values';
import { memberOf, type VaultAnswer } from './client.js';

/** Of the engine for keys and values. */
export type KvVersion = 1 | 2;

/** The values of a secret out of Vault's answer; null where the version that was asked for is deleted; undefined: no such answer. */
export function secretIn(body: TreeMap, version: KvVersion): TreeMap | null | undefined {
  const data = memberOf(body, 'data');
  const values = version === 1 ? data : memberOf(data, 'data');
  if (values instanceof Map) return values;
  return values === null ? null : undefined;
}

/** What a secret of version 2 stands at: `v3`, or `gone` where its newest version is deleted or there is none. */
export type Standing = string;

const gone: Standing = 'gone';

/** Where the answer to a read says it stands; undefined where it does not say. */
export function standingOfValue(answer: VaultAnswer): Standing | undefined {
  if (answer.kind === 'missing') return gone;
  if (answer.kind !== 'ok') return undefined;
  const data = memberOf(answer.body, 'data');
  if (memberOf(data, 'data') === null) return gone;
  const version = memberOf(memberOf(data, 'metadata'), 'version');
  return typeof version === 'bigint' ? `v${version}` : undefined;
}

/** Where the metadata says that a read would find it standing at `now`; undefined where it is no metadata. */
export function standingOfMetadata(answer: VaultAnswer, now: number): Standing | undefined {
  if (answer.kind === 'missing') return gone;
  if (answer.kind !== 'ok') return undefined;
  const data = memberOf(answer.body, 'data');
  const current = memberOf(data, 'current_version');
  if (typeof current !== 'bigint') return undefined;
  const version = memberOf(memberOf(data, 'versions'), String(current));
  const isGone = memberOf(version, 'destroyed') === true || isPast(memberOf(version, 'deletion_time'), now);
  return isGone || !(version instanceof Map) ? gone : `v${current}`;
}

/** Vault tells of a deletion that is still to come in the same field. */
function isPast(time: unknown, now: number): boolean {
  return typeof time === 'string' && time !== '' && Date.parse(time) <= now;
}

/** The path of the metadata of what `path` reads; undefined where it has none. Mounts are named `data` by nobody. */
export function metadataPath(path: string): string | undefined {
  return /^[^?]+\/data\/[^?]+$/.test(path) ? path.replace('/data/', '/metadata/') : undefined;
}

/** As policies, logs and events have it: `secret/orders/db`, without version 2's `data/`. */
export function absolutePath(path: string, version: KvVersion): string {
  const plain = version === 2 ? path.replace('/data/', '/') : path;
  return plain.split('/').map(decodeURIComponent).join('/');
}
