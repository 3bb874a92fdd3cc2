import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';

import { commitFiles, initRepository } from './isomorphic.js';

const identity = { name: 'Cairn sample', email: 'sample@cairn.invalid' };

/**
 * A git repository with a working tree at `path` and one commit of `files` on `main`, made without a git program. It is
 * there whole or not at all. What is at `path` already is never overwritten.
 */
export async function createRepository(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  message: string,
): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true });
  const dir = await fs.mkdtemp(`${path}-`);
  try {
    for (const [name, content] of files) await writeInto(dir, name, content);
    await initRepository({ fs, dir }, 'main', identity);
    await commitFiles({ fs, dir }, [...files.keys()], message);
    await fs.rename(dir, path);
  } catch (error) {
    await fs.rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/** Commits `name` as it is in the working tree at `path`; answers the commit's id. */
export function commitFile(path: string, name: string, message: string): Promise<string> {
  return commitFiles({ fs, dir: path }, [name], message);
}

async function writeInto(dir: string, name: string, content: Uint8Array): Promise<void> {
  await fs.mkdir(dirname(join(dir, name)), { recursive: true });
  await fs.writeFile(join(dir, name), content);
}
