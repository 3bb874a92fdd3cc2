import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { commitFile, createRepository } from '../backends/git/seed.js';
import { ConfigServerError } from '../core/errors.js';

/** The sample: a git repository of its own, made once of a folder. */
export interface Demo {
  /** The folder it was made of, as it was given. */
  readonly folder: string;
  /** The repository with its working tree. */
  readonly path: string;
  /** Whether it was made now; an existing one is never overwritten. */
  readonly isNew: boolean;
}

export interface DemoChange {
  readonly file: string;
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly commit: string;
}

const changedFile = 'orders-prod.yml';
const changedLine = /^( *max-items: )(\d+)$/m;

/** The sample repository of `folder`, made under `.cairn/demo` on the first call. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function openDemo(folder: string): Promise<Demo> {
  const path = demoPath(folder);
  if (await isFolder(join(path, '.git'))) return { folder, path, isNew: false };
  if (!(await isFolder(folder))) throw noFolder(folder);
  await createRepository(path, await readFolder(folder), 'Configuration of the shop');
  return { folder, path, isNew: true };
}

/** Commits another value of `orders.max-items`, so that a running server and its clients show a change. */
export async function changeDemo(folder: string): Promise<DemoChange> {
  const { path } = await openDemo(folder);
  const text = await readFile(join(path, changedFile), 'utf8').catch(() => '');
  const [, indent = '', from] = changedLine.exec(text) ?? [];
  if (from === undefined) {
    throw new ConfigServerError(
      'CONFIG_SETTINGS_INVALID',
      `The sample's ${changedFile} has no line such as \`max-items: 500\` to change; put one back, or commit a change of your own.`,
    );
  }
  const to = String(nextValue(Number(from)));
  await writeFile(join(path, changedFile), text.replace(changedLine, `${indent}${to}`));
  const commit = await commitFile(path, changedFile, `Set orders.max-items to ${to}`);
  return { file: changedFile, key: 'orders.max-items', from, to, commit };
}

/** Goes up by 50 and starts over at 1000. */
function nextValue(value: number): number {
  return value >= 1000 ? 100 : value + 50;
}

function demoPath(folder: string): string {
  return resolve('.cairn', 'demo', basename(resolve(folder)));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function noFolder(folder: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    `\`--demo\` takes a folder of configuration files such as config-repo; there is no folder ${folder}`,
  );
}

async function readFolder(folder: string): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(join(folder).length + 1).replaceAll('\\', '/'), await readFile(path));
  }
  return files;
}
