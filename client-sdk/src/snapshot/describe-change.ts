import type { ChangeEvent, ChangeSource } from '../config.js';
import { compareProperties } from '../values/index.js';
import type { CompareOptions, MarkedProperties } from '../values/index.js';
import { present, type Presentation } from './present.js';
import type { Snapshot } from './snapshot.js';

/** Whether two sets of properties have the same keys and values; a server's digest says nothing about another's. */
export function haveSameValues(previous: MarkedProperties, next: MarkedProperties, options: CompareOptions): boolean {
  const { added, changed, removed } = compareProperties(previous, next, options);
  return added.size + changed.size + removed.size === 0;
}

/** Where secrets are wrapped, a value that becomes one is another value to the service. */
export function countsMarks({ secrets }: Presentation): boolean {
  return secrets === 'wrap';
}

export interface ChangeDescription {
  readonly presentation: Presentation;
  readonly source: ChangeSource;
}

/** The change from one snapshot to another; undefined where no value differs. */
export function describeChange(
  previous: Snapshot,
  next: Snapshot,
  { presentation, source }: ChangeDescription,
): ChangeEvent | undefined {
  const marks = countsMarks(presentation);
  const { added, changed, removed } = compareProperties(previous.flat, next.flat, { marks });
  if (added.size + changed.size + removed.size === 0) return undefined;
  return Object.freeze({
    version: next.version,
    previousVersion: previous.version,
    added: Array.from(added, ([key, property]) => ({ key, next: present(property, presentation) })),
    changed: Array.from(changed, ([key, properties]) => ({
      key,
      previous: present(properties.previous, presentation),
      next: present(properties.next, presentation),
    })),
    removed: Array.from(removed, ([key, property]) => ({ key, previous: present(property, presentation) })),
    source,
  });
}
