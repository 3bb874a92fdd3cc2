import { spawnSync } from 'node:child_process';
import type { Context } from 'mocha';

/**
 * For a `before` hook: skips the suite, with the reason, where a program is not on this machine. In CI it fails instead,
 * because there it could have been installed.
 */
export function needPrograms(context: Context, programs: readonly string[]): void {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);
  if (missing.length === 0) return;
  const reason = `not on this machine: ${missing.join(', ')}`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.log(`      skipped, ${reason}`);
  context.skip();
}
