import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';

/** The part of `fs.promises` that isomorphic-git uses. */
export type GitFs = Pick<
  typeof fs,
  'readFile' | 'writeFile' | 'mkdir' | 'rmdir' | 'rm' | 'unlink' | 'stat' | 'lstat' | 'readdir' | 'readlink' | 'symlink'
>;

const digestBytes = 20;

/** Why `pack` cannot be a whole pack; undefined if it is one. */
function packProblem(pack: Uint8Array): string | undefined {
  if (pack.length < 12 + digestBytes || Buffer.from(pack.subarray(0, 4)).toString('latin1') !== 'PACK') {
    return 'is not a pack';
  }
  // The SHA-1 of what comes before.
  const digest = createHash('sha1').update(pack.subarray(0, -digestBytes)).digest();
  return digest.equals(pack.subarray(-digestBytes)) ? undefined : 'does not match its checksum';
}

/** How many objects an index of version 2 lists: the last entry of its fan-out table. */
export function indexedObjects(idx: Uint8Array): number {
  return idx.length < 8 + 1024 ? -1 : Buffer.from(idx.buffer, idx.byteOffset, idx.byteLength).readUInt32BE(8 + 1020);
}

/** How many objects a pack says it has. */
export function packedObjects(pack: Uint8Array): number {
  return Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength).readUInt32BE(8);
}

async function packHeader(path: string): Promise<Uint8Array> {
  const handle = await fs.open(path);
  try {
    return (await handle.read(Buffer.alloc(12), 0, 12, 0)).buffer;
  } finally {
    await handle.close();
  }
}

async function refuseDamage(path: string, content: Uint8Array): Promise<void> {
  if (path.endsWith('.pack')) {
    const problem = packProblem(content);
    if (problem !== undefined) throw new Error(`the pack received ${problem}`);
  }
  if (path.endsWith('.idx')) {
    const packed = packedObjects(await packHeader(path.replace(/idx$/, 'pack')));
    if (packed !== indexedObjects(content)) throw new Error('the pack received has objects that cannot be resolved');
  }
}

/** Writes beside `path` and renames, so that readers see the old content or the new. */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = join(dirname(path), `.tmp-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    await fs.writeFile(temporary, content, { mode: 0o600, flush: true });
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}

/** For fetching: isomorphic-git writes in place and takes a truncated pack; here nothing half-written or damaged gets its name. */
export const writingFs: GitFs = {
  ...fs,
  writeFile: async (path: unknown, content: unknown) => {
    if (typeof path !== 'string') throw new TypeError('a path is a string');
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('content is bytes or text');
    await refuseDamage(path, bytes);
    await writeAtomically(path, bytes);
  },
};
