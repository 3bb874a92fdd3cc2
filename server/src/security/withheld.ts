import { createHash } from 'node:crypto';
import type { CompiledRule } from './compiled-rule.js';
import { compileKeyPatterns } from './key-patterns.js';

/** What a principal does not get to see of an environment that it may read. */
export interface Withheld {
  /** Equal for equal rules: answers are kept by it. */
  readonly id: string;
  /** Names of the rules, in the order of the alphabet. */
  readonly rules: readonly string[];
  /** `hide`: the key is left out; `mask`: its value is `***`. */
  of(key: string): 'hide' | 'mask' | undefined;
}

/** What `rules` (of the effects `hide` and `mask`) withhold; null: nothing. `hide` is more than `mask`. */
export function withheldBy(rules: readonly CompiledRule[]): Withheld | null {
  if (rules.length === 0) return null;
  const keysOf = (effect: 'hide' | 'mask'): readonly string[] =>
    rules.filter((rule) => rule.effect === effect).flatMap(({ written }) => written.keys ?? []);
  const [hidden, masked] = [keysOf('hide'), keysOf('mask')];
  const [isHidden, isMasked] = [compileKeyPatterns(hidden), compileKeyPatterns(masked)];
  return {
    id: createHash('sha256')
      .update(JSON.stringify([hidden, masked]))
      .digest('base64url'),
    rules: rules.map(({ name }) => name),
    of: (key) => (isHidden(key) ? 'hide' : isMasked(key) ? 'mask' : undefined),
  };
}
