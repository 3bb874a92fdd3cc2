/** The folders `gen-<n>` of a mirror: each a whole bare repository; the newest intact one is served. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { GitEngine, Refs } from './engine.js';
import { damageOf, readManifest, removeUnknownPacks } from './manifest.js';

export interface Generation {
  readonly number: number;
  readonly gitdir: string;
  readonly engine: GitEngine;
}

export interface OpenedGeneration {
  readonly generation: Generation;
  readonly refs: Refs;
  readonly syncedAt: number;
}

export interface FoundGenerations {
  readonly intact: OpenedGeneration | undefined;
  /** Why newer ones could not be used. */
  readonly problems: readonly string[];
  /** The number the next one gets. */
  readonly next: number;
}

const folderName = /^gen-(\d+)$/;

export const generationFolder = (mirror: string, number: number): string => join(mirror, `gen-${number}`);

async function listNumbers(mirror: string): Promise<number[]> {
  const names = await fs.readdir(mirror);
  const numbers = names.flatMap((name) => folderName.exec(name)?.[1] ?? []).map(Number);
  return numbers.sort((a, b) => b - a);
}

/** Every branch and tag must lead to a commit with its root tree; the packs' checksums vouch for what lies below. */
async function problemOfRefs(engine: GitEngine, refs: Refs): Promise<string | undefined> {
  if (refs.size === 0) return 'has no refs';
  for (const [name, { commit }] of refs) {
    if ((await engine.commitInfo(commit)) === undefined) return `lacks the commit of ${name}`;
  }
  const first = refs.get('refs/heads/main') ?? [...refs.values()][0];
  if (first !== undefined) await engine.treeIndex(first.commit);
  return undefined;
}

async function open(generation: Generation): Promise<OpenedGeneration | string> {
  const manifest = await readManifest(generation.gitdir);
  if (manifest === undefined) return 'is not whole';
  const { refs, syncedAt } = manifest;
  try {
    await removeUnknownPacks(generation.gitdir, manifest);
    const problem = (await damageOf(generation.gitdir, manifest)) ?? (await problemOfRefs(generation.engine, refs));
    return problem ?? { generation, refs, syncedAt };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Looks for the newest intact generation. Folders without a manifest are remains of a process that was killed. */
export async function findGenerations(
  mirror: string,
  createEngine: (gitdir: string) => GitEngine,
): Promise<FoundGenerations> {
  const numbers = await listNumbers(mirror);
  const next = (numbers[0] ?? 0) + 1;
  const problems: string[] = [];
  for (const number of numbers) {
    const gitdir = generationFolder(mirror, number);
    const engine = createEngine(gitdir);
    const opened = await open({ number, gitdir, engine });
    if (typeof opened !== 'string') return { intact: opened, problems, next };
    problems.push(`gen-${number} ${opened}`);
    await engine.close();
  }
  return { intact: undefined, problems, next };
}

/** Removes all generations but `kept`. */
export async function removeOthers(mirror: string, kept: number): Promise<void> {
  for (const number of await listNumbers(mirror)) {
    if (number !== kept) await fs.rm(generationFolder(mirror, number), { recursive: true, force: true });
  }
}
