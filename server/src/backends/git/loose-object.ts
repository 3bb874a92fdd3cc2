import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { ObjectType, RawObject, TooLarge } from './object-format.js';

const inflateInPool = promisify(inflate);
const types: readonly string[] = ['commit', 'tree', 'blob', 'tag'] satisfies readonly ObjectType[];
const isType = (text: string): text is ObjectType => types.includes(text);
const headerBytes = 64;

export const loosePath = (objects: string, id: string): string => join(objects, id.slice(0, 2), id.slice(2));

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

/** A file of its own: `<type> <size>`, NUL and the content, compressed. */
export async function readLoose(
  objects: string,
  id: string,
  maxBytes: number,
): Promise<RawObject | TooLarge | undefined> {
  const path = loosePath(objects, id);
  try {
    // Deflate makes at best one byte of a thousand.
    const { size } = await stat(path);
    if (size > maxBytes + headerBytes + (maxBytes >> 10)) return { bytes: size };
    return parse(await inflateBounded(await readFile(path), maxBytes), maxBytes);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Past the bound, the header tells the size. */
async function inflateBounded(compressed: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await inflateInPool(compressed, { maxOutputLength: maxBytes + headerBytes });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    if (!isTooLarge) throw error;
    return Buffer.from(`blob ${maxBytes + 1}\0`);
  }
}

function parse(bytes: Buffer, maxBytes: number): RawObject | TooLarge {
  const nul = bytes.indexOf(0);
  const [type = '', size = ''] = bytes.toString('latin1', 0, nul).split(' ');
  if (nul === -1 || !isType(type) || !/^\d+$/.test(size)) throw new Error('a loose object has no header');
  if (Number(size) > maxBytes) return { bytes: Number(size) };
  const content = bytes.subarray(nul + 1);
  if (content.length !== Number(size)) throw new Error('a loose object has another size than its header says');
  return { type, content };
}
