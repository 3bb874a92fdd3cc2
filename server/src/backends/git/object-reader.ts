/** Reads commits, trees and blobs through isomorphic-git with bounded caches of our own; isomorphic-git has none of objects. */
import { createByteCache } from '../../core/byte-cache.js';
import type { ByteCache } from '../../core/byte-cache.js';
import { ConfigServerError } from '../../core/errors.js';
import type { CommitInfo, EngineLimits, TreeIndex } from './engine.js';
import { createReadingFs } from './git-fs.js';
import type { ReadingFs } from './git-fs.js';
import { readBlob, readCommit, readTree } from './isomorphic.js';
import type { ObjectSource, RawTreeEntry } from './isomorphic.js';

export interface ObjectReaderOptions {
  readonly gitdir: string;
  readonly hasLooseObjects: boolean;
  readonly limits: EngineLimits;
  /** Called when an object that should be there is missing or damaged. */
  readonly onDamage?: (problem: string) => void;
}

const maxDepth = 100;
const readsAtOnce = 16;
const entryBytes = 120;
const regularModes: readonly string[] = ['100644', '100755', '100664'];
const unsafeNames: readonly string[] = ['', '.', '..', '.git'];

const isServed = ({ type, mode, name }: RawTreeEntry): boolean =>
  (type === 'tree' || (type === 'blob' && regularModes.includes(mode))) &&
  !unsafeNames.includes(name) &&
  !name.includes('/');

export class ObjectReader {
  readonly #options: ObjectReaderOptions;
  readonly #reading: ReadingFs;
  readonly #trees: ByteCache<string, TreeIndex>;
  readonly #blobs: ByteCache<string, Uint8Array>;
  readonly #tooLarge: ByteCache<string, { bytes: number }>;
  #cache: object = {};
  /** Bytes that went through the present cache object, which keeps what it has read. */
  #cachedBytes = 0;

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
    this.#reading = createReadingFs(options.gitdir, options.hasLooseObjects);
    this.#trees = createByteCache(options.limits.cacheBytes / 2);
    this.#blobs = createByteCache(options.limits.cacheBytes / 2);
    this.#tooLarge = createByteCache(1000);
  }

  /** Makes packs that came since the last read seen. */
  refresh(): void {
    this.#reading.forget();
  }

  /** Also lets go of packs already read. */
  forget(): void {
    this.refresh();
    this.#cache = {};
    this.#cachedBytes = 0;
  }

  async commit(id: string): Promise<CommitInfo | undefined> {
    const found = await this.#attempt((source) => readCommit(source, id));
    if (found === undefined || found === null) return undefined;
    return { id: found.id, parents: found.parents, time: found.time * 1000, tree: found.tree };
  }

  async tree(commit: string): Promise<TreeIndex> {
    const found = await this.commit(commit);
    if (found === undefined) throw this.#damage('commit', commit);
    const index = await this.#tree(found.tree, 0);
    if (index.files > this.#options.limits.files) {
      throw new ConfigServerError(
        'CONFIG_TOO_LARGE',
        `Commit ${commit} has ${index.files} files; the limit is ${this.#options.limits.files}.`,
      );
    }
    return index;
  }

  async #tree(id: string, depth: number): Promise<TreeIndex> {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    if (depth > maxDepth) {
      throw new ConfigServerError('CONFIG_TOO_LARGE', `A tree is nested deeper than ${maxDepth} directories.`);
    }
    const entries = await this.#attempt((source) => readTree(source, id));
    if (entries === undefined) throw this.#damage('tree', id);
    const index = await this.#index(entries.filter(isServed), depth);
    this.#cachedBytes += entries.length * entryBytes;
    this.#trees.set(id, index, (entries.length + 1) * entryBytes);
    return index;
  }

  async #index(entries: readonly RawTreeEntry[], depth: number): Promise<TreeIndex> {
    const blobs = new Map<string, string>();
    const trees = new Map<string, TreeIndex>();
    let files = 0;
    for (const { type, name, id } of entries) {
      if (type === 'blob') blobs.set(name, id);
      else {
        const below = await this.#tree(id, depth + 1);
        trees.set(name, below);
        files += below.files;
      }
    }
    return { blobs, trees, files: files + blobs.size };
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
    const refused = this.#tooLarge.get(id);
    if (refused !== undefined) throw this.#refuse(refused.bytes);
    const content = await this.#attempt((source) => readBlob(source, id));
    if (content === undefined) throw this.#damage('blob', id);
    this.#cachedBytes += content.length;
    if (content.length > this.#options.limits.blobBytes) {
      this.#tooLarge.set(id, { bytes: content.length }, 1);
      this.forget();
      throw this.#refuse(content.length);
    }
    this.#blobs.set(id, content, content.length + entryBytes);
    return content;
  }

  #refuse(bytes: number): ConfigServerError {
    return new ConfigServerError(
      'CONFIG_TOO_LARGE',
      `A file has ${bytes} bytes; the limit is ${this.#options.limits.blobBytes}.`,
    );
  }

  /** In a local repository looks again where something is missing: a commit was added, or its owner has run `git gc`. */
  async #attempt<T>(read: (source: ObjectSource) => Promise<T | undefined>): Promise<T | undefined> {
    if (this.#cachedBytes > this.#options.limits.cacheBytes) this.forget();
    const again = this.#options.hasLooseObjects ? (['refresh', 'forget'] as const) : [];
    for (const look of again) {
      const found = await this.#read(read).catch(() => undefined);
      if (found !== undefined) return found;
      this[look]();
    }
    try {
      return await this.#read(read);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #read<T>(read: (source: ObjectSource) => Promise<T>): Promise<T> {
    return read({ fs: this.#reading.fs, gitdir: this.#options.gitdir, cache: this.#cache });
  }

  /** An error of the operating system says nothing about the repository; any other means that it is damaged. */
  #failure(error: unknown): ConfigServerError {
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
