/** Parses what git objects hold, whichever engine read them. */
import { createHash } from 'node:crypto';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export interface RawObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** What is told of an object that is larger than its reader takes. */
export interface TooLarge {
  readonly bytes: number;
}

/** Where an engine's objects come from, uncached. Errors mean damage, unless they are of the operating system. */
export interface ObjectDatabase {
  /** `undefined`: there is no such object. */
  read(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined>;
}

export interface RawCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  /** Seconds since the epoch. */
  readonly time: number;
  /** `Ann Author <ann@example.com>` */
  readonly author: string;
}

export interface RawTreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
  readonly type: 'blob' | 'tree' | 'commit';
}

const treeModes: readonly string[] = ['40000', '040000'];
const submoduleMode = '160000';

/** Headers end at the first empty line; lines that begin with a blank go on with the header before them. */
function headersOf(content: Buffer): string[] {
  const end = content.indexOf('\n\n');
  return content.toString('latin1', 0, end === -1 ? content.length : end).split('\n');
}

const valuesOf = (headers: readonly string[], name: string): string[] =>
  headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

export function parseCommit(content: Buffer): RawCommit {
  const headers = headersOf(content);
  const [tree] = valuesOf(headers, 'tree');
  if (tree === undefined) throw new Error('a commit names no tree');
  const time = / (-?\d+) [+-]\d+$/.exec(valuesOf(headers, 'committer')[0] ?? '')?.[1];
  return { tree, parents: valuesOf(headers, 'parent'), time: Number(time ?? 0), author: authorOf(headers) };
}

/** A commit without a right author line still is a commit. */
function authorOf(headers: readonly string[]): string {
  const [line = ''] = valuesOf(headers, 'author');
  return Buffer.from(line.replace(/ -?\d+ [+-]\d+$/, ''), 'latin1').toString('utf8');
}

/** The id a tag points to. */
export function parseTag(content: Buffer): string {
  const [object] = valuesOf(headersOf(content), 'object');
  if (object === undefined) throw new Error('a tag names no object');
  return object;
}

function typeOf(mode: string): RawTreeEntry['type'] {
  if (treeModes.includes(mode)) return 'tree';
  return mode === submoduleMode ? 'commit' : 'blob';
}

/** `idBytes`: 20, or 32 in a SHA-256 repository. */
export function parseTree(content: Buffer, idBytes: number): readonly RawTreeEntry[] {
  const entries: RawTreeEntry[] = [];
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const nul = content.indexOf(0, blank);
    const end = nul + 1 + idBytes;
    if (blank === -1 || nul === -1 || end > content.length) throw new Error('a tree is cut off');
    const mode = content.toString('latin1', at, blank);
    entries.push({
      mode,
      name: content.toString('utf8', blank + 1, nul),
      id: content.toString('hex', nul + 1, end),
      type: typeOf(mode),
    });
    at = end;
  }
  return entries;
}

/** Whether the object of these bytes has this id. */
export function hasId({ type, content }: RawObject, id: string): boolean {
  const hash = createHash(id.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`${type} ${content.length}\0`).update(content).digest('hex') === id;
}
