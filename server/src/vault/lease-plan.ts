import type { Grant } from './grant.js';

export interface PlanInput {
  readonly grant: Grant;
  readonly leftMs: number;
  readonly isFinal: boolean;
  readonly overlapMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** In how long a secret that ends in `leftMs` is renewed or replaced; undefined: not before its end. */
export function nextStep({ grant, leftMs, isFinal, overlapMs, random }: PlanInput): number | undefined {
  if (isFinal && !grant.canOverlap) return undefined;
  const latest = isFinal ? leftMs - overlapMs : (leftMs * 2) / 3;
  // Earlier by up to a tenth, so that those had at the same time do not come back at the same time.
  return Math.max(0, Math.floor(latest * (1 - random() / 10)));
}

/** Never more than half of the lease, else each would be replaced as soon as it is there. */
export function overlapOf({ durationMs, canOverlap }: Grant, overlapMs: number | null): number {
  if (!canOverlap) return 0;
  return Math.min(overlapMs ?? Math.floor(durationMs / 3), Math.floor(durationMs / 2));
}
