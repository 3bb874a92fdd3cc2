/**
 * A bare mirror of one remote: refs are published in memory by one assignment after a verified fetch, so a failed fetch, a
 * dead remote or a half-written file change nothing of what is served.
 */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { CloseOptions, MovedLabel } from '../backend.js';
import { ConfigServerError } from '../../core/errors.js';
import type { GitEngine, Ref, RefName, Refs, RemoteRefs } from './engine.js';
import { findGenerations, generationFolder, removeOthers } from './generations.js';
import type { Generation } from './generations.js';
import { writeManifest } from './manifest.js';
import { isLockedHere } from '../../files/folder-lock.js';
import type { FolderLock } from '../../files/folder-lock.js';
import { lockMirror } from './mirror-lock.js';
import { movedLabels } from './moved-labels.js';

/** What is served. Immutable; replaced by one assignment. */
export interface Published {
  readonly refs: Refs;
  readonly generation: Generation;
}

export interface MirrorOptions {
  readonly dataDirectory: string;
  readonly mirrorKey: string;
  readonly uri: string;
  readonly deleteUntrackedBranches: boolean;
  readonly now: () => number;
  readonly createEngine: (gitdir: string, onDamage: (problem: string) => void) => GitEngine;
  readonly onRepaired: (reason: string) => void;
  /** Damage was found while reading: a check is due. */
  readonly onDamage: () => void;
}

function sameRefs(a: RemoteRefs | undefined, b: RemoteRefs): boolean {
  return a?.size === b.size && [...b].every(([name, id]) => a.get(name) === id);
}

export class Mirror {
  readonly #options: MirrorOptions;
  #folder = '';
  #lock: FolderLock | undefined;
  #published: Published | undefined;
  #nextNumber = 1;
  /** What the remote had when it was last fetched from. */
  #seen: RemoteRefs | undefined;
  #damage: string | undefined;
  /** For asking the remote before there is a generation. */
  #first: GitEngine | undefined;
  #retired: GitEngine[] = [];
  #lastSuccess: number | null = null;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  get published(): Published | undefined {
    return this.#published;
  }

  get lastSuccess(): number | null {
    return this.#lastSuccess;
  }

  /** Takes the lock and publishes what an intact generation on disk serves. @throws ConfigServerError CONFIG_MIRROR_LOCKED */
  async open(): Promise<void> {
    this.#folder = this.#chooseFolder();
    this.#lock = await lockMirror(this.#folder);
    const { intact, problems, next } = await findGenerations(this.#folder, (gitdir) => this.#createEngine(gitdir));
    this.#nextNumber = next;
    if (problems.length > 0) this.#damage = problems.join('; ');
    if (intact === undefined) return;
    this.#published = { refs: intact.refs, generation: intact.generation };
    this.#lastSuccess = intact.syncedAt;
    this.#seen = new Map([...intact.refs].map(([name, { target }]) => [name, target]));
  }

  /** Two sources of one process may name one URI; each gets a mirror of its own. */
  #chooseFolder(): string {
    const base = join(this.#options.dataDirectory, 'mirrors', this.#options.mirrorKey);
    for (let count = 1; ; count += 1) {
      const folder = count === 1 ? base : `${base}-${count}`;
      if (!isLockedHere(folder)) return folder;
    }
  }

  #createEngine(gitdir: string): GitEngine {
    return this.#options.createEngine(gitdir, (problem) => {
      if (this.#damage !== undefined || this.#published?.generation.gitdir !== gitdir) return;
      this.#damage = problem;
      this.#options.onDamage();
    });
  }

  /** Asks the remote and fetches if something moved. @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE, CONFIG_MIRROR_LOCKED */
  async check(signal: AbortSignal): Promise<readonly MovedLabel[]> {
    await this.#closeRetired();
    const remote = await this.#engine().remoteRefs(signal);
    if (remote.size === 0) throw this.#empty();
    const before = this.#published;
    if (before === undefined || this.#damage !== undefined) await this.#rebuild(remote, signal);
    else if (!sameRefs(this.#seen, remote)) await this.#update(before, remote, signal);
    if ((await this.#maintain(signal)) === 'rebuild') await this.#rebuild(remote, signal);
    this.#lastSuccess = this.#options.now();
    return before === this.#published ? [] : movedLabels(before?.refs ?? new Map(), this.#published?.refs ?? new Map());
  }

  async #maintain(signal: AbortSignal): Promise<'ok' | 'rebuild'> {
    if (this.#published === undefined) return 'ok';
    const { refs, generation } = this.#published;
    return generation.engine.maintain(signal, async (obsolete) => {
      await this.#requireLock();
      await writeManifest(generation.gitdir, { refs, syncedAt: this.#options.now(), obsolete });
    });
  }

  #engine(): GitEngine {
    if (this.#published !== undefined) return this.#published.generation.engine;
    this.#first ??= this.#createEngine(generationFolder(this.#folder, this.#nextNumber));
    return this.#first;
  }

  #empty(): ConfigServerError {
    return new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      `The repository ${this.#options.uri} has no branches and no tags.`,
    );
  }

  async #update(before: Published, remote: RemoteRefs, signal: AbortSignal): Promise<void> {
    await this.#requireLock();
    const { generation } = before;
    const fetched = await generation.engine.sync({ known: before.refs, remote }, signal);
    await this.#publish(generation, new Map([...this.#kept(fetched), ...fetched]), remote);
  }

  /** Refs that are served although the remote no longer has them. */
  #kept(fetched: Refs): Map<RefName, Ref> {
    const refs = this.#options.deleteUntrackedBranches ? [] : [...(this.#published?.refs ?? [])];
    return new Map(refs.filter(([name]) => !fetched.has(name)));
  }

  /** Clones into the next generation: the first clone, maintenance and repair are the same. */
  async #rebuild(remote: RemoteRefs, signal: AbortSignal): Promise<void> {
    await this.#requireLock();
    const before = this.#published;
    const number = this.#nextNumber;
    const gitdir = generationFolder(this.#folder, number);
    await fs.rm(gitdir, { recursive: true, force: true });
    const engine = this.#createEngine(gitdir);
    const fetched = await engine.sync({ known: new Map(), remote }, signal).catch(async (error: unknown) => {
      await engine.close();
      await fs.rm(gitdir, { recursive: true, force: true });
      throw error;
    });
    const kept = await this.#carry({ number, gitdir, engine }, remote, fetched, signal);
    await this.#publish({ number, gitdir, engine }, new Map([...kept, ...fetched]), remote);
    this.#nextNumber = number + 1;
    if (before !== undefined) this.#retired.push(before.generation.engine);
    this.#reportRepair();
  }

  /** Copies what refs gone from the remote need. What a damaged generation cannot give is lost. */
  async #carry(to: Generation, remote: RemoteRefs, fetched: Refs, signal: AbortSignal): Promise<Refs> {
    const from = this.#published;
    const refs = this.#kept(new Map([...[...remote.keys()].map((name): [string, Ref] => [name, none]), ...fetched]));
    if (from === undefined || refs.size === 0) return new Map();
    try {
      await to.engine.sync({ known: fetched, remote, carry: { gitdir: from.generation.gitdir, refs } }, signal);
      return refs;
    } catch (error) {
      if (this.#damage === undefined) throw error;
      return new Map();
    }
  }

  #reportRepair(): void {
    if (this.#damage !== undefined) this.#options.onRepaired(this.#damage);
    this.#damage = undefined;
  }

  async #publish(generation: Generation, refs: Refs, remote: RemoteRefs): Promise<void> {
    await writeManifest(generation.gitdir, { refs, syncedAt: this.#options.now() });
    this.#published = { refs, generation };
    this.#seen = remote;
  }

  async #requireLock(): Promise<void> {
    if ((await this.#lock?.isHeld()) === true) return;
    throw new ConfigServerError(
      'CONFIG_MIRROR_LOCKED',
      'Another process has taken the mirror over; this one no longer writes to it.',
    );
  }

  /** Old generations go at the check after they were replaced: requests under way may still read from them. */
  async #closeRetired(): Promise<void> {
    if (this.#retired.length === 0 || this.#published === undefined) return;
    const retired = this.#retired;
    this.#retired = [];
    await Promise.all(retired.map((engine) => engine.close()));
    await removeOthers(this.#folder, this.#published.generation.number);
  }

  async close({ discard = false }: CloseOptions = {}): Promise<void> {
    await this.#closeRetired();
    await this.#published?.generation.engine.close();
    await this.#first?.close();
    if (discard) await this.#discard();
    await this.#lock?.release();
    // Only where nothing of anybody is left in it.
    if (discard && this.#lock !== undefined) await fs.rmdir(this.#folder).catch(() => undefined);
    this.#lock = undefined;
  }

  async #discard(): Promise<void> {
    if ((await this.#lock?.isHeld()) === true) await removeOthers(this.#folder, -1);
  }
}

const none: Ref = { target: '', commit: '' };
