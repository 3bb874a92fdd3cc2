/** What lies between two commits, as far as its bounds go. Names only: never a value. */
export interface DescribedChange {
  /** Newest first: what `to` has and `from` has not. Null ids of either side leave what can be told. */
  readonly commits: readonly DescribedCommit[];
  readonly files: readonly ChangedFile[];
  /** False: a list was cut at its bound, or a part could not be read. */
  readonly isComplete: boolean;
}

export interface DescribedCommit {
  readonly id: string;
  readonly author: string;
  /** Committer's time in milliseconds since the epoch. */
  readonly time: number;
}

export interface ChangedFile {
  /** Path within the repository. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** Whose configuration it may be part of, `*`: of every application; none: it is a file that is only served as it is. */
  readonly concerns: readonly Concern[];
  /** Names of the keys that were added, changed or removed; null: not a file of properties, or one that cannot be read. */
  readonly keys: readonly string[] | null;
}

/** A file's name does not always tell application and profile apart; then each reading of it is one. */
export interface Concern {
  readonly application: string;
  /** Null: of every profile. */
  readonly profile: string | null;
}
