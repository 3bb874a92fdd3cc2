/** Git hosts announce a push before they serve it: checks are repeated until the commit is there. */
import { setTimeout as pause } from 'node:timers/promises';
import type { MovedLabel, RefreshRequest } from '../backend.js';
import { orAborted } from '../../core/single-flight.js';
import type { GitEngine, Ref, Refs } from './engine.js';

/** What is served at one moment. */
export interface Served {
  readonly refs: Refs;
  readonly engine: GitEngine;
}

export interface AwaitCommitOptions {
  /** Undefined: nothing yet. */
  readonly served: () => Served | undefined;
  readonly check: () => Promise<readonly MovedLabel[]>;
}

const shortestPauseMs = 250;
const longestPauseMs = 5_000;
const deepestWalk = 10_000;

/** One check, or with `request.commit` as many as it takes; none where it is served already. Ends with the reason of `signal`. */
export async function refreshUntilServed(
  request: RefreshRequest,
  { served, check }: AwaitCommitOptions,
  signal: AbortSignal,
): Promise<readonly MovedLabel[]> {
  if (request.commit === undefined) return orAborted(check(), signal);
  const moved: MovedLabel[] = [];
  for (let checks = 0; !(await isServed(request, served(), checks > 0)); checks += 1) {
    if (checks > 0) await rest(checks, signal);
    moved.push(...(await orAborted(check(), signal).catch(() => [])));
    signal.throwIfAborted();
  }
  return moved;
}

async function rest(checks: number, signal: AbortSignal): Promise<void> {
  const milliseconds = Math.min(shortestPauseMs * 2 ** Math.min(checks - 1, 10), longestPauseMs);
  await pause(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
  signal.throwIfAborted();
}

/** A commit below the tip was served before a later push, unless the branch is about to be set back to it. */
async function isServed(
  { label, commit = '', previous }: RefreshRequest,
  served: Served | undefined,
  hasChecked: boolean,
): Promise<boolean> {
  if (served === undefined) return false;
  const tips = label === undefined ? [...served.refs.values()] : refsOf(served.refs, label);
  if (tips.some((tip) => tip.commit === commit || tip.target === commit)) return true;
  const isLate = label === undefined || hasChecked || previous !== undefined;
  const moved = isLate ? tips.filter((tip) => tip.commit !== previous) : [];
  return moved.length > 0 && (await isBelow(moved, commit, served.engine));
}

function refsOf(refs: Refs, label: string): readonly Ref[] {
  return [refs.get(`refs/heads/${label}`), refs.get(`refs/tags/${label}`)].filter((ref) => ref !== undefined);
}

async function isBelow(tips: readonly Ref[], commit: string, engine: GitEngine): Promise<boolean> {
  if ((await engine.commitInfo(commit)) === undefined) return false;
  const seen = new Set(tips.map((tip) => tip.commit));
  for (const id of seen) {
    if (id === commit) return true;
    // Past this the answer is not worth its time: the commit is in the repository.
    if (seen.size > deepestWalk) return true;
    for (const parent of (await engine.commitInfo(id))?.parents ?? []) seen.add(parent);
  }
  return false;
}
