import type { MovedLabel } from '../backend.js';
import type { RefName, Refs } from './engine.js';

const labelOf = (name: RefName): string => name.replace(/^refs\/(heads|tags|remotes\/origin)\//, '');

/** Branches and tags that lead to another commit in `next`. */
export function movedLabels(previous: Refs, next: Refs): MovedLabel[] {
  const moved: MovedLabel[] = [];
  for (const name of new Set([...previous.keys(), ...next.keys()])) {
    const from = previous.get(name)?.commit ?? null;
    const to = next.get(name)?.commit ?? null;
    if (from !== to) moved.push({ label: labelOf(name), from, to });
  }
  return moved;
}
