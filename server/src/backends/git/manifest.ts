/** `refs.json` of a generation: what it serves. Written last, at once or not at all, it makes the generation whole. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Ref, RefName, Refs } from './engine.js';
import { writeAtomically } from './git-fs.js';
import { problemOfPack } from './pack-check.js';

export interface Manifest {
  readonly refs: Refs;
  /** Sizes by file name. */
  readonly packs: ReadonlyMap<string, number>;
  /** Milliseconds since the epoch. */
  readonly syncedAt: number;
}

const format = 1;
const objectId = /^[0-9a-f]{40}$/;
const packName = /^pack-[0-9a-f]{40}\.pack$/;
const fileOf = (generation: string): string => join(generation, 'refs.json');
const packFolder = (generation: string): string => join(generation, 'objects', 'pack');

async function listPacks(generation: string): Promise<Map<string, number>> {
  const names = (await fs.readdir(packFolder(generation))).filter((name) => packName.test(name)).sort();
  const sizes = names.map(async (name) => (await fs.stat(join(packFolder(generation), name))).size);
  const found = await Promise.all(sizes);
  return new Map(names.map((name, index) => [name, found[index] ?? 0]));
}

export interface WrittenManifest {
  readonly refs: Refs;
  readonly syncedAt: number;
  /** Packs that are still there and about to be removed. */
  readonly obsolete?: ReadonlySet<string>;
}

export async function writeManifest(generation: string, manifest: WrittenManifest): Promise<void> {
  const { refs, syncedAt, obsolete = new Set() } = manifest;
  const rows = [...refs].map(([name, { target, commit }]) => [name, target, commit]);
  const packs = [...(await listPacks(generation))].filter(([name]) => !obsolete.has(name));
  await writeAtomically(fileOf(generation), JSON.stringify({ format, syncedAt, packs, refs: rows }));
}

function isRow(row: unknown): row is [RefName, string, string] {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [name, target, commit] = row as unknown[];
  return typeof name === 'string' && [target, commit].every((id) => typeof id === 'string' && objectId.test(id));
}

const isPack = (row: unknown): row is [string, number] =>
  Array.isArray(row) && typeof row[0] === 'string' && packName.test(row[0]) && typeof row[1] === 'number';

function parse(text: string): Manifest | undefined {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const found = parsed as Record<string, unknown>;
  const { refs, packs, syncedAt } = found;
  if (found['format'] !== format || typeof syncedAt !== 'number') return undefined;
  if (!Array.isArray(refs) || !Array.isArray(packs) || !refs.every(isRow) || !packs.every(isPack)) return undefined;
  const entries = refs.map(([name, target, commit]): [RefName, Ref] => [name, { target, commit }]);
  return { refs: new Map(entries), packs: new Map(packs), syncedAt };
}

/** `undefined`: there is none, or it is not one. */
export async function readManifest(generation: string): Promise<Manifest | undefined> {
  try {
    return parse(await fs.readFile(fileOf(generation), 'utf8'));
  } catch {
    return undefined;
  }
}

/** What is wrong with the packs on disk; undefined if they are as the manifest says. */
export async function damageOf(generation: string, manifest: Manifest): Promise<string | undefined> {
  for (const [name, bytes] of manifest.packs) {
    const problem = await problemOfPack(packFolder(generation), name, bytes);
    if (problem !== undefined) return `${name} ${problem}`;
  }
  return undefined;
}

/** Removes packs the manifest does not know: a process was killed before it had verified them. They are fetched again. */
export async function removeUnknownPacks(generation: string, manifest: Manifest): Promise<void> {
  const folder = packFolder(generation);
  const isKnown = (name: string): boolean => manifest.packs.has(name.replace(/(?:idx|rev)$/, 'pack'));
  const unknown = (await fs.readdir(folder)).filter((name) => !isKnown(name));
  await Promise.all(unknown.map((name) => fs.rm(join(folder, name), { recursive: true, force: true })));
}
