import type { CommitInfo, GitEngine } from './engine.js';

/** Commits that one side has and the other has not. */
export interface CommitsBetween {
  /** Newest first. */
  readonly commits: readonly CommitInfo[];
  /** False: there are more, or history could not be followed to where the sides meet. */
  readonly isComplete: boolean;
}

export interface WalkLimits {
  /** Commits that are told. */
  readonly commits: number;
  /** Commits that are looked at, of both sides. */
  readonly walked: number;
}

/** Known commits that are followed once nothing new is left: clocks of committers go wrong. */
const slack = 20;

interface Seen {
  readonly commit: CommitInfo;
  /** Reached from `from`. */
  isKnown: boolean;
}

/** What `to` reaches and `from` does not, as `git log from..to` has it: both histories from their newest commits on, until only known ones are left. */
export async function commitsBetween(
  engine: Pick<GitEngine, 'commitInfo'>,
  { from, to }: { readonly from: string | null; readonly to: string },
  limits: WalkLimits,
): Promise<CommitsBetween> {
  const walk = createWalk(engine);
  if (from !== null) await walk.reach(from, true);
  await walk.reach(to, false);
  let walked = 0;
  for (let left = slack; left > 0 && walked < limits.walked; walked += 1) {
    left = walk.hasNews() ? slack : left - 1;
    const next = walk.take();
    if (next === undefined) break;
    for (const parent of next.commit.parents) await walk.reach(parent, next.isKnown);
  }
  const news = walk.seen().filter(({ isKnown }) => !isKnown);
  const commits = news.map(({ commit }) => commit).sort((left, right) => right.time - left.time);
  const isComplete = !walk.hasNews() && !walk.hasHoles() && commits.length <= limits.commits;
  return { commits: commits.slice(0, limits.commits), isComplete };
}

interface Walk {
  reach(id: string, isKnown: boolean): Promise<void>;
  /** The newest commit that waits. */
  take(): Seen | undefined;
  /** Whether one waits that is not known. */
  hasNews(): boolean;
  /** Whether a commit was not there: the end of a shallow clone. */
  hasHoles(): boolean;
  seen(): readonly Seen[];
}

function createWalk(engine: Pick<GitEngine, 'commitInfo'>): Walk {
  const all = new Map<string, Seen>();
  const waiting: Seen[] = [];
  let hasHoles = false;

  const place = (one: Seen): void => {
    const at = waiting.findIndex(({ commit }) => commit.time > one.commit.time);
    waiting.splice(at < 0 ? waiting.length : at, 0, one);
  };
  const reach = async (id: string, isKnown: boolean): Promise<void> => {
    const before = all.get(id);
    if (before !== undefined) {
      if (!isKnown || before.isKnown) return;
      // What was taken for new is known after all, and so is what lies behind it.
      before.isKnown = true;
      if (!waiting.includes(before)) place(before);
      return;
    }
    const commit = await engine.commitInfo(id);
    if (commit === undefined) {
      hasHoles = true;
      return;
    }
    const seen: Seen = { commit, isKnown };
    all.set(id, seen);
    place(seen);
  };
  return {
    reach,
    take: () => waiting.pop(),
    hasNews: () => waiting.some(({ isKnown }) => !isKnown),
    hasHoles: () => hasHoles,
    seen: () => [...all.values()],
  };
}
