import { isConfigServerError } from '../../core/errors.js';
import type { Ref, RefName, Refs } from './engine.js';

/** Leaves out tags of trees and blobs: nothing can be served from them. */
export async function peelRefs(
  found: ReadonlyMap<RefName, string>,
  known: Refs,
  commitOf: (id: string) => Promise<string | undefined>,
): Promise<Refs> {
  const refs = new Map<RefName, Ref>();
  for (const [name, target] of found) {
    const before = known.get(name);
    const commit = before?.target === target ? before.commit : await commitOf(target);
    if (commit !== undefined) refs.set(name, { target, commit });
  }
  return refs;
}

/** Reads the trees of what is new by `read`: what cannot be read whole is not served. */
export async function verifyTrees(known: Refs, refs: Refs, read: (commit: string) => Promise<unknown>): Promise<void> {
  const whole = new Set([...known.values()].map(({ commit }) => commit));
  for (const { commit } of refs.values()) {
    if (whole.has(commit)) continue;
    whole.add(commit);
    await read(commit).catch((error: unknown) => {
      // A tree past the limits is whole; it is refused when it is asked for.
      if (!isConfigServerError(error, 'CONFIG_TOO_LARGE')) throw error;
    });
  }
}
