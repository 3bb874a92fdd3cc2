import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The content of a file that is made once, by whoever needs it first, for its owner's eyes only. Complete or not there:
 * another process that starts at the same time sees a whole file, and both take the first.
 */
export async function keptFile(path: string, make: () => Uint8Array | string): Promise<Buffer> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return (await readKept(path)) ?? (await makeFile(path, make()));
}

async function readKept(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeFile(path: string, content: Uint8Array | string): Promise<Buffer> {
  // Not the process id: servers in containers that share a volume may all have the same.
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600, flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path);
}

/** `ENOSPC` of a system error; the text of any other. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
