/** Reads the refs of a repository on disk. Synchronous: these are tiny files. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';

const objectId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const maxSymbolicHops = 5;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not there, or a folder: git allows `a` and `a/b` to take turns.
    return undefined;
  }
}

export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** `packed-refs`: unpeeled ids by name. */
export function readPackedRefs(gitdir: string): Map<string, string> {
  const refs = new Map<string, string>();
  for (const line of (read(join(gitdir, 'packed-refs')) ?? '').split('\n')) {
    const [id = '', name] = line.trim().split(' ');
    if (objectId.test(id) && name !== undefined) refs.set(name, id);
  }
  return refs;
}

function parseLoose(text: string): { id?: string; symbolic?: string } {
  const line = text.trim();
  if (line.startsWith('ref: ')) return { symbolic: line.slice(5).trim() };
  return objectId.test(line) ? { id: line } : {};
}

/** The unpeeled id of one ref; follows symbolic refs. */
export function readRef(gitdir: string, name: string): string | undefined {
  let at = name;
  for (let hop = 0; hop <= maxSymbolicHops; hop += 1) {
    const loose = parseLoose(read(join(gitdir, at)) ?? '');
    const id = loose.id ?? (loose.symbolic === undefined ? readPackedRefs(gitdir).get(at) : undefined);
    if (id !== undefined) return id;
    if (loose.symbolic?.startsWith('refs/') !== true || loose.symbolic.includes('..')) return undefined;
    at = loose.symbolic;
  }
  return undefined;
}

function collectLoose(gitdir: string, folder: string, names: Set<string>): void {
  let entries;
  try {
    entries = readdirSync(join(gitdir, folder), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) collectLoose(gitdir, name, names);
    else if (!entry.name.endsWith('.lock') && !entry.name.startsWith('.')) names.add(name);
  }
}

/** Unpeeled ids of all refs below `folders`, such as `refs/heads`. */
export function readRefs(gitdir: string, folders: readonly string[]): Map<string, string> {
  const isBelow = (name: string): boolean => folders.some((folder) => name.startsWith(`${folder}/`));
  const refs = new Map([...readPackedRefs(gitdir)].filter(([name]) => isBelow(name)));
  const names = new Set<string>();
  for (const folder of folders) collectLoose(gitdir, folder, names);
  for (const name of names) {
    const id = readRef(gitdir, name);
    if (id !== undefined) refs.set(name, id);
  }
  return refs;
}
