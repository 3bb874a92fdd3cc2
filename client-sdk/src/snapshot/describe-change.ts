import type { ChangeEvent, ChangeSource } from '../config.js';
import type { BigintPolicy } from '../options/load-options.js';
import { compareProperties } from '../values/index.js';
import type { FlatProperties } from '../values/index.js';
import { plainScalar } from './plain.js';
import type { Snapshot } from './snapshot.js';

/** Whether two sets of properties have the same keys and values; a server's digest says nothing about another's. */
export function haveSameValues(previous: FlatProperties, next: FlatProperties): boolean {
  const { added, changed, removed } = compareProperties(previous, next);
  return added.size + changed.size + removed.size === 0;
}

/** The change from one snapshot to another; undefined where no value differs. */
export function describeChange(
  previous: Snapshot,
  next: Snapshot,
  { bigint, source }: { readonly bigint: BigintPolicy; readonly source: ChangeSource },
): ChangeEvent | undefined {
  const { added, changed, removed } = compareProperties(previous.flat, next.flat);
  if (added.size + changed.size + removed.size === 0) return undefined;
  return Object.freeze({
    version: next.version,
    previousVersion: previous.version,
    added: Array.from(added, ([key, value]) => ({ key, next: plainScalar(value, bigint) })),
    changed: Array.from(changed, ([key, values]) => ({
      key,
      previous: plainScalar(values.previous, bigint),
      next: plainScalar(values.next, bigint),
    })),
    removed: Array.from(removed, ([key, value]) => ({ key, previous: plainScalar(value, bigint) })),
    source,
  });
}
