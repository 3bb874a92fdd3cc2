/** Objects of a repository on disk, read without a git program: out of packs in place, and loose ones. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createByteCache } from '../../core/byte-cache.js';
import type { ByteCache } from '../../core/byte-cache.js';
import { readLoose } from './loose-object.js';
import { hasId } from './object-format.js';
import type { ObjectDatabase, RawObject, TooLarge } from './object-format.js';
import { PackBytes } from './pack-bytes.js';
import { PackFile } from './pack-file.js';
import { PackIndex } from './pack-index.js';
import { createTurns } from './turns.js';

export interface DiskObjectsOptions {
  readonly gitdir: string;
  /** A mirror has none, so none are looked for. */
  readonly hasLooseObjects: boolean;
  /** For pieces of packs, and for objects that others are deltas of. */
  readonly cacheBytes: number;
}

const idBytes = 20;
// Any name, as git does: imports and other tools choose their own.
const packName = /\.idx$/;

export class DiskObjects implements ObjectDatabase {
  readonly #options: DiskObjectsOptions;
  readonly #folder: string;
  readonly #windows: ByteCache<string, Buffer>;
  readonly #bases: ByteCache<string, RawObject>;
  readonly #turn = createTurns();
  #packs = new Map<string, PackFile>();
  #listing: Promise<ReadonlyMap<string, PackFile>> = Promise.resolve(new Map());
  #isStale = true;

  constructor(options: DiskObjectsOptions) {
    this.#options = options;
    this.#folder = join(options.gitdir, 'objects');
    this.#windows = createByteCache(options.cacheBytes / 2);
    this.#bases = createByteCache(options.cacheBytes / 2);
  }

  /** Makes packs that came since the last read seen. */
  refresh(): void {
    this.#isStale = true;
  }

  /** In a local repository looks again where something is missing: a commit was added, or its owner has run `git gc`. */
  async read(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    if (!this.#options.hasLooseObjects) return this.#find(id, maxBytes);
    const found = await this.#find(id, maxBytes).catch(() => undefined);
    if (found !== undefined) return found;
    this.refresh();
    return this.#find(id, maxBytes);
  }

  async #find(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    await this.#turn();
    const found = (await this.#findPacked(id, maxBytes)) ?? (await this.#findLoose(id, maxBytes));
    if (found !== undefined && 'content' in found && !hasId(found, id)) {
      throw new Error(`the object ${id} has other content than its id says`);
    }
    return found;
  }

  async #findPacked(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    for (const pack of (await this.#list()).values()) {
      const found = await pack.read(id, maxBytes);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #findLoose(id: string, maxBytes: number): Promise<RawObject | TooLarge | undefined> {
    return this.#options.hasLooseObjects ? readLoose(this.#folder, id, maxBytes) : undefined;
  }

  #list(): Promise<ReadonlyMap<string, PackFile>> {
    if (!this.#isStale) return this.#listing;
    this.#isStale = false;
    const listing = this.#listing.catch(() => undefined).then(() => this.#look());
    this.#listing = listing;
    listing.catch(() => {
      this.#isStale = true;
    });
    return listing;
  }

  async #look(): Promise<ReadonlyMap<string, PackFile>> {
    const before = this.#packs;
    const folder = join(this.#folder, 'pack');
    const names = (await readdir(folder)).filter((name) => packName.test(name));
    const opened = names.map(async (name) => before.get(name) ?? this.#open(folder, name));
    const packs = new Map((await Promise.all(opened)).map((pack, at) => [names[at] ?? '', pack]));
    this.#packs = packs;
    await this.#retire([...before].flatMap(([name, pack]) => (packs.has(name) ? [] : [pack])));
    return packs;
  }

  async #open(folder: string, name: string): Promise<PackFile> {
    const index = new PackIndex(await readFile(join(folder, name)), idBytes);
    const bytes = new PackBytes(join(folder, name.replace(/idx$/, 'pack')), this.#windows);
    return new PackFile({ name, index, bytes, idBytes, bases: this.#bases, turn: this.#turn });
  }

  async #retire(packs: readonly PackFile[]): Promise<void> {
    await Promise.all(packs.map((pack) => pack.retire()));
  }

  async close(): Promise<void> {
    const packs = [...this.#packs.values()];
    this.#packs = new Map();
    this.#isStale = true;
    this.#windows.clear();
    this.#bases.clear();
    await this.#retire(packs);
  }
}
