import { Buffer } from 'node:buffer';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { aRepository } from './git-repository.js';

/** One commit of a repository, with the id it must come out with. */
export interface RecordedCommit {
  readonly id: string;
  readonly message: string;
  readonly branch: string;
  /** The branch it starts from, for the first commit of a branch. */
  readonly base?: string;
  /** Path → whole text, or Base64 followed by `#base64`. */
  readonly files: Readonly<Record<string, string>>;
  readonly delete?: readonly string[];
  readonly tag?: string;
}

/** The bytes of a file as a recording writes them. */
function recordedBytes(text: string): Buffer {
  return text.endsWith('#base64') ? Buffer.from(text.slice(0, -'#base64'.length), 'base64') : Buffer.from(text);
}

export async function writeRecordedFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, recordedBytes(text));
  }
}

/**
 * Makes a git repository without a git program, commit by commit.
 * @throws Error where a commit's id is not the recorded one.
 */
export async function writeRecordedRepository(dir: string, commits: readonly RecordedCommit[]): Promise<void> {
  const repository = await aRepository().create(dir);
  const branches = new Set<string>();
  for (const { id, files, base, ...change } of commits) {
    const isNew = !branches.has(change.branch);
    const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, recordedBytes(text)]));
    const made = await repository.commit({ ...change, files: bytes, ...(isNew && base !== undefined && { base }) });
    if (made !== id) throw new Error(`the commit '${change.message}' came out as ${made}, not ${id}`);
    branches.add(change.branch);
  }
  await writeFile(path.join(repository.gitdir, 'HEAD'), `ref: refs/heads/${commits[0]?.branch ?? 'main'}\n`);
}
