/** One fetch into a mirror by the git program, verified. */
import { randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { RefName } from '../engine.js';
import { initMirror } from '../mirror-refs.js';
import { readRefs } from '../ref-files.js';

/** Refs of one fetch lie apart from those of any other, also of one whose server was killed and which goes on for a moment. */
export const incomingFolder = (): string => `refs/incoming/${randomUUID()}`;

export function incomingRefs(gitdir: string, folder: string): Map<RefName, string> {
  const found = readRefs(gitdir, [folder]);
  return new Map([...found].map(([name, id]) => [name.replace(folder, 'refs'), id]));
}

const locks = /\.lock$/;
const leftovers = /^(?:tmp_|\.tmp-|\.tidx-)|\.keep$|\.lock$/;

async function removeFrom(
  folder: string,
  isLeftover: (name: string, names: readonly string[]) => boolean,
): Promise<void> {
  const names = await fs.readdir(folder).catch(() => []);
  const remains = names.filter((name) => isLeftover(name, names));
  await Promise.all(remains.map((name) => fs.rm(join(folder, name), { recursive: true, force: true })));
}

/** Makes the mirror ready for a fetch: what processes left behind that were killed would be in its way. This one holds the mirror's lock. */
export async function prepareMirror(gitdir: string): Promise<void> {
  await initMirror(gitdir);
  await removeFrom(gitdir, (name) => locks.test(name));
  await removeFrom(join(gitdir, 'objects'), (name) => name.startsWith('tmp_'));
  const hasNoIndex = (name: string, names: readonly string[]): boolean =>
    name.endsWith('.pack') && !names.includes(name.replace(/pack$/, 'idx'));
  await removeFrom(join(gitdir, 'objects', 'pack'), (name, names) => leftovers.test(name) || hasNoIndex(name, names));
}
