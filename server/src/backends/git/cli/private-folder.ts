/** A folder that only this user can read, for as long as one git process needs the secrets in it. */
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrivateFile {
  readonly name: string;
  readonly content: string;
  readonly isProgram?: boolean;
}

const prefix = 'cairn-git-';
const folderName = /^cairn-git-(\d+)-/;
const swept = new Set<string>();

/** Where the system keeps a folder of memory for the user, there; it is gone when the machine is. */
async function baseFolder(): Promise<string> {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  if (runtime === undefined || runtime === '') return tmpdir();
  return fs.access(runtime, fs.constants.W_OK | fs.constants.X_OK).then(
    () => runtime,
    () => tmpdir(),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What processes left behind that were killed. */
async function sweep(base: string): Promise<void> {
  if (swept.has(base)) return;
  swept.add(base);
  for (const name of await fs.readdir(base).catch(() => [])) {
    const pid = folderName.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const { uid } = await fs.lstat(join(base, name));
    if (uid === process.getuid?.()) await fs.rm(join(base, name), { recursive: true, force: true });
  }
}

/** Writes `files` into a new folder of mode 0700, and removes it when `use` has ended. */
export async function withPrivateFiles<T>(
  files: readonly PrivateFile[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const base = await baseFolder();
  await sweep(base).catch(() => undefined);
  const folder = await fs.mkdtemp(join(base, `${prefix}${process.pid}-`));
  try {
    for (const { name, content, isProgram = false } of files) {
      await fs.writeFile(join(folder, name), content, { mode: isProgram ? 0o700 : 0o600, flag: 'wx' });
    }
    return await use(folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
