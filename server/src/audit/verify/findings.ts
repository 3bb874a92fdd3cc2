/** Something that is not as it was acknowledged. */
export interface Finding {
  readonly log: string;
  /** Null: no single file. */
  readonly file: string | null;
  /** From 1; null: no single line. */
  readonly line: number | null;
  readonly problem: string;
}

/** What was found of one log. */
export interface LogReport {
  readonly log: string;
  /** Numbers of the oldest and the newest acknowledged record. */
  readonly first: number;
  readonly count: number;
  /** Complete or partial lines behind what was acknowledged: a crash may leave them. */
  readonly unacknowledged: number;
  /** The first of them, at most `mostFindings`. */
  readonly findings: readonly Finding[];
  /** What is worth knowing and no finding. */
  readonly notes: readonly string[];
}

export const mostFindings = 100;
