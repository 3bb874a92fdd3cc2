import type { TreeMap } from 'cairn-config-client/values';
import { memberOf } from './client.js';

/** Of the engine for keys and values. */
export type KvVersion = 1 | 2;

/** The values of a secret out of Vault's answer; null where the version that was asked for is deleted; undefined: no such answer. */
export function secretIn(body: TreeMap, version: KvVersion): TreeMap | null | undefined {
  const data = memberOf(body, 'data');
  const values = version === 1 ? data : memberOf(data, 'data');
  if (values instanceof Map) return values;
  return values === null ? null : undefined;
}
