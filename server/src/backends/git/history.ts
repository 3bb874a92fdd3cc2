import type { GitEngine } from './engine.js';
import { isFullCommitId } from './labels.js';

/** The commits that can be reached from branches and tags. */
export interface History {
  /** The one commit whose id begins with `id`; undefined if there is none, or several. */
  find(tips: readonly string[], id: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Past this, only full ids are labels, and being in the repository is enough. */
const maxCommits = 200_000;

interface Walked {
  readonly tips: ReadonlySet<string>;
  readonly commits: Set<string>;
  readonly isWhole: boolean;
}

/** Adds to `commits` what can be reached from `tips`; returns those it met that were there already. */
async function extend(
  engine: GitEngine,
  commits: Set<string>,
  tips: Iterable<string>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const met = new Set<string>();
  const waiting = [...tips];
  for (let id = waiting.pop(); id !== undefined && commits.size < maxCommits; id = waiting.pop()) {
    signal.throwIfAborted();
    if (commits.has(id)) {
      met.add(id);
      continue;
    }
    const commit = await engine.commitInfo(id);
    // The history of a shallow clone ends in commits that are not there.
    if (commit === undefined) continue;
    commits.add(id);
    waiting.push(...commit.parents);
  }
  return met;
}

async function walk(
  engine: GitEngine,
  before: Walked,
  tips: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Walked> {
  const gone = [...before.tips].filter((tip) => !tips.has(tip));
  if (gone.length === 0 && tips.size === before.tips.size) return before;
  const fresh = [...tips].filter((tip) => !before.tips.has(tip));
  const commits = new Set(before.commits);
  const met = await extend(engine, commits, fresh, signal);
  // After a push the old tip is met below the new one. After a force-push it is not: what only it reached must go.
  if (!gone.every((tip) => met.has(tip))) {
    commits.clear();
    await extend(engine, commits, tips, signal);
  }
  return { tips, commits, isWhole: commits.size < maxCommits };
}

/** Walks lazily, and after a push only what is new; one walk at a time. */
export function createHistory(engine: GitEngine): History {
  let walked: Walked = { tips: new Set(), commits: new Set(), isWhole: true };
  let last: Promise<unknown> = Promise.resolve();

  const search = async (tips: readonly string[], id: string, signal: AbortSignal): Promise<string | undefined> => {
    walked = await walk(engine, walked, new Set(tips), signal);
    const { commits, isWhole } = walked;
    if (commits.has(id)) return id;
    if (isFullCommitId(id) && !isWhole) return (await engine.commitInfo(id))?.id;
    const matching = isWhole ? [...commits].filter((commit) => commit.startsWith(id)) : [];
    return matching.length === 1 ? matching[0] : undefined;
  };

  return {
    find: (tips, id, signal) => {
      const found = last.catch(() => undefined).then(() => search(tips, id, signal));
      last = found;
      return found;
    },
  };
}
