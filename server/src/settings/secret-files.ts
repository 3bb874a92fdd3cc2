import { open } from 'node:fs/promises';

import type { Entries, Entry } from './entries.js';
import { locate } from './locate.js';
import { named } from './problems.js';
import type { Problem } from './problems.js';

const maxBytes = 1024 * 1024;

export interface WithFiles {
  readonly entries: Map<string, Entry>;
  readonly problems: readonly Problem[];
}

/** Puts what stands in the file of each `…-file` entry in the place of the entry. One line feed at the end is not of the value. */
export async function readSecretFiles(entries: Entries): Promise<WithFiles> {
  const read = new Map<string, Entry>();
  const problems: Problem[] = [];
  for (const [path, entry] of entries) {
    const location = locate(path);
    if (location.kind !== 'file' || entry.value === null || entry.value === '') {
      if (location.kind !== 'file') read.set(path, entry);
      continue;
    }
    const outcome = entries.has(location.root) ? givenTwice(entry, location.root) : await readEntry(entry);
    if ('text' in outcome) problems.push(outcome);
    else read.set(location.root, outcome);
  }
  return { entries: read, problems };
}

function givenTwice(entry: Entry, root: string): Problem {
  return { text: `${named(entry)} gives \`${root}\`, which is given beside it` };
}

async function readEntry(entry: Entry): Promise<Entry | Problem> {
  try {
    const text = await readBounded(String(entry.value));
    if (text === undefined) return { text: `${named(entry)} names a file of more than ${maxBytes} bytes` };
    return { ...entry, value: text.replace(/\r?\n$/, ''), convert: true };
  } catch (error) {
    return { text: `${named(entry)} names a file that cannot be read: ${systemReason(error)}` };
  }
}

async function readBounded(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (length > maxBytes) return undefined;
      if (bytesRead === 0) return buffer.toString('utf8', 0, length);
    }
  } finally {
    await file.close();
  }
}

/** `ENOENT` and the like in words, without the path, which has been said. */
export function systemReason(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const reasons = new Map([
    ['ENOENT', 'it does not exist'],
    ['EACCES', 'permission is denied'],
    ['EPERM', 'permission is denied'],
    ['EISDIR', 'it is a folder'],
    ['ENOTDIR', 'a part of its path is not a folder'],
  ]);
  return reasons.get(code) ?? (code === '' ? 'it cannot be opened' : code);
}
