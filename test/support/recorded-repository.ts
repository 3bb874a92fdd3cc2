import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import git from 'isomorphic-git';

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

type Files = Map<string, string>;

const firstCommitSeconds = 1_767_225_600;

/** The bytes of a file as a recording writes them. */
export function recordedBytes(text: string): Buffer {
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
  await git.init({ fs, dir, defaultBranch: commits[0]?.branch ?? 'main' });
  const gitdir = path.join(dir, '.git');
  const tips = new Map<string, { id: string; files: Files }>();
  for (const [at, commit] of commits.entries()) {
    const parent = tips.get(commit.branch) ?? tips.get(commit.base ?? '');
    const files = await applyChange(gitdir, parent?.files ?? new Map<string, string>(), commit);
    const id = await writeCommit(gitdir, { commit, at, files, parent: parent?.id });
    if (id !== commit.id) throw new Error(`the commit '${commit.message}' came out as ${id}, not ${commit.id}`);
    tips.set(commit.branch, { id, files });
    await writeRef(gitdir, `refs/heads/${commit.branch}`, id);
    if (commit.tag !== undefined) await writeRef(gitdir, `refs/tags/${commit.tag}`, id);
  }
}

async function applyChange(gitdir: string, before: Files, commit: RecordedCommit): Promise<Files> {
  const files = new Map(before);
  for (const name of commit.delete ?? []) files.delete(name);
  for (const [name, text] of Object.entries(commit.files)) {
    files.set(name, await git.writeBlob({ fs, gitdir, blob: recordedBytes(text) }));
  }
  return files;
}

interface NewCommit {
  readonly commit: RecordedCommit;
  readonly at: number;
  readonly files: Files;
  readonly parent: string | undefined;
}

async function writeCommit(gitdir: string, { commit, at, files, parent }: NewCommit): Promise<string> {
  const timestamp = firstCommitSeconds + 60 * at;
  const person = { name: 'Operator', email: 'operator@example.com', timestamp, timezoneOffset: 0 };
  const tree = await writeTree(gitdir, files);
  return git.writeCommit({
    fs,
    gitdir,
    commit: {
      tree,
      parent: parent === undefined ? [] : [parent],
      author: person,
      committer: person,
      message: `${commit.message}\n`,
    },
  });
}

/** Writes the tree of `files` (path → blob id), folders as trees of their own. */
export async function writeTree(gitdir: string, files: ReadonlyMap<string, string>): Promise<string> {
  const folders = new Map<string, Map<string, string>>();
  const entries = [];
  for (const [name, oid] of files) {
    const slash = name.indexOf('/');
    if (slash < 0) entries.push({ mode: '100644', path: name, oid, type: 'blob' as const });
    else {
      const folder = folders.get(name.slice(0, slash)) ?? new Map<string, string>();
      folders.set(name.slice(0, slash), folder.set(name.slice(slash + 1), oid));
    }
  }
  for (const [name, inside] of folders) {
    entries.push({ mode: '040000', path: name, oid: await writeTree(gitdir, inside), type: 'tree' as const });
  }
  return git.writeTree({ fs, gitdir, tree: entries });
}

async function writeRef(gitdir: string, ref: string, value: string): Promise<void> {
  await git.writeRef({ fs, gitdir, ref, value, force: true });
}
