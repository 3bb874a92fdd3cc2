/** Keeps a mirror small: many packs become one, and what no ref leads to any more is left behind. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './environment.js';
import type { GitProgram } from './git-program.js';
import { runGit } from './run-git.js';

export interface RepackOptions {
  readonly program: GitProgram;
  readonly environment: Environment;
  readonly gitdir: string;
  readonly signal: AbortSignal;
}

const packName = /^pack-[0-9a-f]+\.pack$/;
const folderOf = (gitdir: string): string => join(gitdir, 'objects', 'pack');

export async function listPacks(gitdir: string): Promise<readonly string[]> {
  return (await fs.readdir(folderOf(gitdir))).filter((name) => packName.test(name));
}

/**
 * Writes one pack of all that refs lead to, beside the others; these are still there.
 * @returns the packs that are no longer needed, or undefined where git could not do it
 */
export async function repack({
  program,
  environment,
  gitdir,
  signal,
}: RepackOptions): Promise<ReadonlySet<string> | undefined> {
  const before = await listPacks(gitdir);
  const args = [`--git-dir=${gitdir}`, 'repack', '-a', '-q'];
  const { code } = await runGit({ program, args, environment, signal });
  const fresh = (await listPacks(gitdir)).filter((name) => !before.includes(name));
  return code === 0 && fresh.length === 1 ? new Set(before) : undefined;
}

/** The index first: a pack without one is not looked into. */
export async function removePacks(gitdir: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of names) {
    for (const extension of ['idx', 'rev', 'pack']) {
      await fs.rm(join(folderOf(gitdir), name.replace(/pack$/, extension)), { force: true });
    }
  }
}
