/** Whether a pack and its index lie on disk as they were written. Read piece by piece: packs may be large, and others want to be answered. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { indexedObjects, packedObjects } from './git-fs.js';

const digestBytes = 20;
const pieceBytes = 1024 * 1024;
const packHeaderBytes = 12;
const indexHeadBytes = 8 + 1024;

interface Opened {
  readonly handle: FileHandle;
  readonly size: number;
}

async function withFile<T>(path: string, use: (opened: Opened) => Promise<T>): Promise<T | undefined> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    return await use({ handle, size: (await handle.stat()).size });
  } finally {
    await handle.close();
  }
}

async function bytesAt({ handle }: Opened, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/** Packs and their indexes end in the SHA-1 of what comes before. */
async function matchesDigest(opened: Opened): Promise<boolean> {
  const end = opened.size - digestBytes;
  if (end <= 0) return false;
  const hash = createHash('sha1');
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; at < end; at += pieceBytes) {
    const { bytesRead } = await opened.handle.read(piece, 0, Math.min(pieceBytes, end - at), at);
    hash.update(piece.subarray(0, bytesRead));
  }
  return hash.digest().equals(await bytesAt(opened, end, digestBytes));
}

async function readPack(opened: Opened, bytes: number): Promise<{ problem: string } | { objects: number }> {
  if (opened.size !== bytes) return { problem: 'has another size' };
  const header = await bytesAt(opened, 0, packHeaderBytes);
  if (header.length < packHeaderBytes || header.toString('latin1', 0, 4) !== 'PACK')
    return { problem: 'is not a pack' };
  if (!(await matchesDigest(opened))) return { problem: 'does not match its checksum' };
  return { objects: packedObjects(header) };
}

async function readIndex(opened: Opened): Promise<{ problem: string } | { objects: number }> {
  if (!(await matchesDigest(opened))) return { problem: 'has an index that does not match its checksum' };
  return { objects: indexedObjects(await bytesAt(opened, 0, indexHeadBytes)) };
}

/** What is wrong with the pack `name`, which should have `bytes` bytes; undefined if nothing is. */
export async function problemOfPack(folder: string, name: string, bytes: number): Promise<string | undefined> {
  const pack = await withFile(join(folder, name), (opened) => readPack(opened, bytes));
  const index = await withFile(join(folder, name.replace(/pack$/, 'idx')), readIndex);
  if (pack === undefined || index === undefined) return 'is missing';
  if ('problem' in pack) return pack.problem;
  if ('problem' in index) return index.problem;
  return pack.objects === index.objects ? undefined : 'does not match its index';
}
