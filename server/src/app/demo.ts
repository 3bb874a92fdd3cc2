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
  /** `path` from the working folder. */
  readonly shownPath: string;
  /** Whether it was made now; an existing one is never overwritten. */
  readonly isNew: boolean;
  /** What it has files for, sorted; `application` left out. */
  readonly applications: readonly string[];
  readonly profiles: readonly string[];
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
  const shownPath = join('.cairn', 'demo', basename(resolve(folder)));
  const path = resolve(shownPath);
  const isNew = !(await isFolder(join(path, '.git')));
  if (isNew) await makeDemo(folder, path);
  return { folder, path, shownPath, isNew, ...namesIn(await readdir(path)) };
}

async function makeDemo(folder: string, path: string): Promise<void> {
  const files = (await isFolder(folder)) ? await readFolder(folder) : new Map<string, Uint8Array>();
  if (files.size === 0) throw noFolder(folder);
  await createRepository(path, files, 'Configuration of the shop');
}

/** From `orders.yml` and `orders-prod.yml` the application `orders` and the profile `prod`. */
function namesIn(files: readonly string[]): Pick<Demo, 'applications' | 'profiles'> {
  const stems = files
    .map((file) => /^(.+)\.(?:ya?ml|properties)$/.exec(file)?.[1])
    .filter((stem) => stem !== undefined);
  const bases = stems.filter((stem) => !stems.some((other) => stem.startsWith(`${other}-`)));
  const profiles = stems.flatMap((stem) =>
    bases.filter((base) => stem.startsWith(`${base}-`)).map((base) => stem.slice(base.length + 1)),
  );
  return {
    applications: [...new Set(bases)].filter((base) => base !== 'application').sort(),
    profiles: [...new Set(profiles)].sort(),
  };
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

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function noFolder(folder: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    `\`--demo\` takes a folder of configuration files such as config-repo; there are no files in ${folder}`,
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
