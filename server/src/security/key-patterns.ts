import { compileNamePatterns } from './name-patterns.js';

/**
 * Patterns of keys. Clients bind `db.passWord`, `db.pass-word` and `db.pass_word` to one property, so case, hyphens and
 * underscores make no difference; `invalid.` is what a value that cannot be decrypted has before its key.
 */
export function compileKeyPatterns(written: readonly string[]): (key: string) => boolean {
  const patterns = compileNamePatterns(written.map(uniform));
  return (key) => {
    const text = uniform(key);
    return patterns.matches(text) || (text.startsWith('invalid.') && patterns.matches(text.slice('invalid.'.length)));
  };
}

function uniform(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, '');
}
