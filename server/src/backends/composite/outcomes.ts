import type { Backend } from '../backend.js';
import { namedFailure } from '../named-failure.js';

interface Found<T> {
  readonly kind: 'found';
  readonly part: Backend;
  readonly value: T;
}

export interface Failed {
  readonly kind: 'failed';
  readonly part: Backend;
  /** As the part failed. */
  readonly error: unknown;
}

/** What one part came to. */
export type Outcome<T, K = 'found' | 'failed'> = Extract<Found<T> | Failed, { readonly kind: K }>;

export async function outcomeOf<T>(part: Backend, act: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'found', part, value: await act() };
  } catch (error) {
    return { kind: 'failed', part, error };
  }
}

export interface SortedOutcomes<T> {
  readonly found: readonly Outcome<T, 'found'>[];
  readonly failed: readonly Failed[];
}

/** Throws the first failure where failures count, and where there is nothing else: an outage is no empty configuration. */
export function sortOut<T>(outcomes: readonly Outcome<T>[], failOnError: boolean): SortedOutcomes<T> {
  const found = outcomes.filter((outcome) => outcome.kind === 'found');
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  const [first] = failed;
  if (first !== undefined && (failOnError || found.length === 0)) throw namedFailure(first.error, first.part.name);
  return { found, failed };
}
