/** Commits, trees and blobs through bounded caches, over whatever reads an engine's objects. */
import { createByteCache } from '../../core/byte-cache.js';
import type { ByteCache } from '../../core/byte-cache.js';
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import type { CommitInfo, EngineLimits, TreeIndex } from './engine.js';
import { parseCommit, parseTag, parseTree } from './object-format.js';
import type { ObjectDatabase, RawObject, RawTreeEntry, TooLarge } from './object-format.js';

export interface ObjectReaderOptions {
  readonly objects: ObjectDatabase;
  readonly limits: EngineLimits;
  /** Called when an object that should be there is missing or damaged. */
  readonly onDamage?: (problem: string) => void;
}

const maxDepth = 100;
const maxTagDepth = 10;
const readsAtOnce = 16;
const treesAtOnce = 8;
const entryBytes = 120;
/** Of the caches' bytes, for trees and for blobs each; a quarter is left to what reads the objects. */
const cacheShare = 3 / 8;
/** A commit's message has no bound in git; a tree's size follows from the limit of files, with long names. */
const maxCommitBytes = 16 * 1024 * 1024;
const treeBytesPerFile = 512;
const regularModes: readonly string[] = ['100644', '100755', '100664'];
const unsafeNames: readonly string[] = ['', '.', '..', '.git'];

const isServed = ({ type, mode, name }: RawTreeEntry): boolean =>
  (type === 'tree' || (type === 'blob' && regularModes.includes(mode))) &&
  !unsafeNames.includes(name) &&
  !name.includes('/');

const isWhole = (found: RawObject | TooLarge): found is RawObject => 'content' in found;

export class ObjectReader {
  readonly #options: ObjectReaderOptions;
  readonly #trees: ByteCache<string, TreeIndex>;
  readonly #blobs: ByteCache<string, Uint8Array>;
  readonly #tooLarge: ByteCache<string, TooLarge>;

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
    this.#trees = createByteCache(options.limits.cacheBytes * cacheShare);
    this.#blobs = createByteCache(options.limits.cacheBytes * cacheShare);
    this.#tooLarge = createByteCache(1000);
  }

  async commit(id: string): Promise<CommitInfo | undefined> {
    let at = id;
    for (let depth = 0; depth <= maxTagDepth; depth += 1) {
      const found = await this.#read(at, maxCommitBytes);
      if (found === undefined || !isWhole(found)) return undefined;
      if (found.type === 'commit') return this.#parse(at, () => commitOf(at, found.content));
      if (found.type !== 'tag') return undefined;
      at = this.#parse(at, () => parseTag(found.content));
    }
    return undefined;
  }

  async tree(commit: string): Promise<TreeIndex> {
    const found = await this.commit(commit);
    if (found === undefined) throw this.#damage('commit', commit);
    const index = await this.#tree(found.tree, 0);
    if (index.files > this.#options.limits.files) throw this.#tooManyFiles(commit, String(index.files));
    return index;
  }

  async #tree(id: string, depth: number): Promise<TreeIndex> {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    if (depth > maxDepth) {
      throw new ConfigServerError('CONFIG_TOO_LARGE', `A tree is nested deeper than ${maxDepth} directories.`);
    }
    const found = await this.#read(id, this.#options.limits.files * treeBytesPerFile + maxCommitBytes);
    if (found !== undefined && !isWhole(found)) throw this.#tooManyFiles(id, 'too many');
    if (found?.type !== 'tree') throw this.#damage('tree', id);
    const entries = this.#parse(id, () => parseTree(found.content, id.length / 2));
    const index = await this.#index(entries.filter(isServed), depth);
    this.#trees.set(id, index, (entries.length + 1) * entryBytes);
    return index;
  }

  async #index(entries: readonly RawTreeEntry[], depth: number): Promise<TreeIndex> {
    const blobs = new Map<string, string>();
    const trees = new Map<string, TreeIndex>();
    const folders = entries.filter(({ type }) => type === 'tree');
    for (const { type, name, id } of entries) if (type === 'blob') blobs.set(name, id);
    let files = blobs.size;
    for (let at = 0; at < folders.length; at += treesAtOnce) {
      const some = folders.slice(at, at + treesAtOnce);
      const below = await Promise.all(some.map(({ id }) => this.#tree(id, depth + 1)));
      for (const [place, index] of below.entries()) {
        trees.set(some[place]?.name ?? '', index);
        files += index.files;
      }
    }
    return { blobs, trees, files };
  }

  async blobs(ids: readonly string[], signal: AbortSignal): Promise<readonly Uint8Array[]> {
    const contents: Uint8Array[] = [];
    for (let at = 0; at < ids.length; at += readsAtOnce) {
      signal.throwIfAborted();
      contents.push(...(await Promise.all(ids.slice(at, at + readsAtOnce).map((id) => this.#blob(id)))));
    }
    return contents;
  }

  async #blob(id: string): Promise<Uint8Array> {
    const known = this.#blobs.get(id);
    if (known !== undefined) return known;
    const found = this.#tooLarge.get(id) ?? (await this.#read(id, this.#options.limits.blobBytes));
    if (found !== undefined && !isWhole(found)) {
      this.#tooLarge.set(id, found, 1);
      throw this.#refuse(found.bytes);
    }
    if (found?.type !== 'blob') throw this.#damage('blob', id);
    this.#blobs.set(id, found.content, found.content.length + entryBytes);
    return found.content;
  }

  #refuse(bytes: number): ConfigServerError {
    return new ConfigServerError(
      'CONFIG_TOO_LARGE',
      `A file has ${bytes} bytes; the limit is ${this.#options.limits.blobBytes}.`,
    );
  }

  #tooManyFiles(where: string, count: string): ConfigServerError {
    return new ConfigServerError(
      'CONFIG_TOO_LARGE',
      `Commit ${where} has ${count} files; the limit is ${this.#options.limits.files}.`,
    );
  }

  async #read(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    try {
      return await this.#options.objects.read(id, maxBytes);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #parse<T>(id: string, parse: () => T): T {
    try {
      return parse();
    } catch {
      throw this.#damage('object', id);
    }
  }

  /** An error of the operating system says nothing about the repository; any other means that it is damaged. */
  #failure(error: unknown): ConfigServerError {
    if (isConfigServerError(error)) return error;
    const problem = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Error && 'syscall' in error)) return this.#damage('object', problem);
    return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'The repository cannot be read from disk.', {
      diagnostics: { problem },
    });
  }

  #damage(kind: string, what: string): ConfigServerError {
    this.#options.onDamage?.(`${kind} ${what}`);
    return new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      `A ${kind} of the repository is missing or damaged on disk.`,
      { diagnostics: { [kind]: what } },
    );
  }
}

function commitOf(id: string, content: Buffer): CommitInfo {
  const { tree, parents, time, author } = parseCommit(content);
  return { id, parents, time: time * 1000, tree, author };
}
