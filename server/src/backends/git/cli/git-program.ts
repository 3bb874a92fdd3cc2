/** Finds the git and ssh programs of this machine. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface GitProgram {
  readonly path: string;
  readonly version: readonly [major: number, minor: number];
  /** Of the `ssh` program, where there is one. */
  readonly ssh: string | undefined;
  /** Folders in which git looks for the programs that it runs. */
  readonly searchPath: string;
}

/** Older ones read the user's configuration whatever we say (`GIT_CONFIG_GLOBAL`). */
export const oldestGit = '2.32';

const deadlineMs = 10_000;
const found = new Map<string, GitProgram | undefined>();

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function locate(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function versionOf(path: string): readonly [number, number] | undefined {
  const { stdout } = spawnSync(path, ['version'], { env: {}, encoding: 'utf8', timeout: deadlineMs });
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(stdout) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

export function isAtLeast([major, minor]: readonly [number, number], wanted: string): boolean {
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function look(path: string): GitProgram | undefined {
  // A relative folder would mean another program in another working directory.
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const git = locate('git', folders);
  const version = git === undefined ? undefined : versionOf(git);
  if (git === undefined || version === undefined || !isAtLeast(version, oldestGit)) return undefined;
  return { path: git, version, ssh: locate('ssh', folders), searchPath: folders.join(delimiter) };
}

/** Git of version 2.32 or newer; looked for once for each search path. `path` is that of the environment. */
export function findGit(path: string = process.env['PATH'] ?? ''): GitProgram | undefined {
  if (!found.has(path)) found.set(path, look(path));
  return found.get(path);
}
