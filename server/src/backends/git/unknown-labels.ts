export interface UnknownLabels {
  /** Whether a check of the remote for `label` is due: not found lately, and not too many such checks. Takes one if so. */
  shouldCheck(label: string): boolean;
  remember(label: string): void;
  /** Something moved: any label may exist now. */
  clear(): void;
}

export interface UnknownLabelsOptions {
  readonly now: () => number;
  readonly capacity?: number;
  readonly rememberMs?: number;
  /** Checks in a row; one more is allowed each second. */
  readonly burst?: number;
}

/** Keeps requests for labels that do not exist from asking the remote again and again. */
export function createUnknownLabels(options: UnknownLabelsOptions): UnknownLabels {
  const { now, capacity = 1000, rememberMs = 10_000, burst = 10 } = options;
  const expiries = new Map<string, number>();
  let allowance = burst;
  let counted = now();
  const take = (): boolean => {
    const time = now();
    allowance = Math.min(burst, allowance + (time - counted) / 1000);
    counted = time;
    if (allowance < 1) return false;
    allowance -= 1;
    return true;
  };
  return {
    shouldCheck: (label) => (expiries.get(label) ?? 0) <= now() && take(),
    remember: (label) => {
      expiries.delete(label);
      expiries.set(label, now() + rememberMs);
      const oldest = expiries.keys().next();
      if (expiries.size > capacity && oldest.done !== true) expiries.delete(oldest.value);
    },
    clear: () => {
      expiries.clear();
    },
  };
}
