import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import git from 'isomorphic-git';
import { createPackWriter, deltaAt, objectId, type PackWriter } from './pack.js';

/** The repository that the bench serves: 1,000 services of three files each, and 100 commits that each change three of them. */
export const services = 1_000;
export const commits = 100;
/** Where its one pack lies. */
export const packPath = 'objects/pack/pack-bench.pack';

const changedInCommit = 3;
// As git's own limit on the length of a chain of deltas.
const deltaDepth = 50;
const firstCommitSeconds = 1_767_225_600;

/** Writes the bare repository `gitdir` without a git program: one pack, the branch `main`. */
export async function writeBenchRepository(gitdir: string): Promise<void> {
  const pack = createPackWriter();
  const { trees, root } = addFiles(pack);
  const tip = addCommits(pack, trees);
  addTrees(pack, trees, root);
  await git.init({ fs, dir: gitdir, bare: true, defaultBranch: 'main' });
  await writeFile(path.join(gitdir, packPath), pack.finish());
  await git.indexPack({ fs, dir: gitdir, gitdir, filepath: packPath });
  await git.writeRef({ fs, gitdir, ref: 'refs/heads/main', value: tip, force: true });
}

/** The whole text of a service's file; `revision` is the number of the commit that last changed it. */
function fileText(service: number, profile: 'default' | 'dev' | 'prod', revision: number): string {
  if (profile === 'default') {
    return `server:
  port: ${8000 + service}
spring:
  application:
    name: svc${service}
datasource:
  url: jdbc:postgresql://db.example.com:5432/svc${service}
  pool: {min: 2, max: ${10 + (service % 20)}, timeout: 30s}
features:
  - search
  - checkout
  - invoice-${service % 7}
limits:
  requests-per-second: ${50 + service}
  ratio: 0.75
revision: ${revision}
`;
  }
  return `datasource:
  url: jdbc:postgresql://db-${profile}.example.com:5432/svc${service}
  pool: {max: ${profile === 'prod' ? 80 : 4}}
logging:
  level:
    root: ${profile === 'prod' ? 'WARN' : 'DEBUG'}
revision: ${revision}
`;
}

interface Change {
  readonly oid: string;
  /** The index in the tree of the file it changes. */
  readonly at: number;
}

interface Root {
  readonly names: readonly string[];
  readonly offsets: readonly number[];
}

function addFiles(pack: PackWriter): { trees: Tree[]; root: Root } {
  const files = Array.from({ length: services }, (_, at) => at + 1).flatMap((service) =>
    (['default', 'dev', 'prod'] as const).map((profile) => ({ service, profile, name: fileName(service, profile) })),
  );
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const addBlob = (at: number, revision: number): Change => {
    const { service, profile } = sorted[at]!;
    const content = Buffer.from(fileText(service, profile, revision));
    pack.add('blob', content);
    return { oid: objectId('blob', content), at };
  };
  const first = sorted.map((_, at) => addBlob(at, 0).oid);
  const root = layout(sorted.map(({ name }) => name));
  return { trees: allTrees(root, first, addBlob), root };
}

function fileName(service: number, profile: string): string {
  return profile === 'default' ? `svc${service}.yml` : `svc${service}-${profile}.yml`;
}

interface Tree {
  readonly content: Buffer;
  /** Where this tree differs from the one before it. */
  readonly changed: readonly number[];
}

function layout(names: readonly string[]): Root {
  const offsets: number[] = [];
  let at = 0;
  for (const name of names) {
    at += entryHead(name).length;
    offsets.push(at);
    at += 20;
  }
  return { names, offsets };
}

function entryHead(name: string): Buffer {
  return Buffer.from(`100644 ${name}\0`);
}

function allTrees(root: Root, first: readonly string[], addBlob: (at: number, revision: number) => Change): Tree[] {
  const content = Buffer.concat(root.names.flatMap((name, at) => [entryHead(name), Buffer.from(first[at]!, 'hex')]));
  const trees: Tree[] = [{ content, changed: [] }];
  for (let revision = 1; revision < commits; revision += 1) {
    const next = Buffer.from(trees.at(-1)!.content);
    const changed = Array.from({ length: changedInCommit }, (_, turn) => changedFile(root, revision, turn));
    for (const at of changed) next.write(addBlob(at, revision).oid, root.offsets[at]!, 'hex');
    trees.push({ content: next, changed });
  }
  return trees;
}

// Spread over the whole tree, never the same file twice in a commit.
function changedFile({ names }: Root, revision: number, turn: number): number {
  return (revision * 29 + turn * 1_009) % names.length;
}

// Newest first and older ones as deltas of the next, as `git repack` lays them.
function addTrees(pack: PackWriter, trees: readonly Tree[], { offsets }: Root): void {
  for (const [age, { content }] of trees.toReversed().entries()) {
    const newer = trees[trees.length - age];
    if (newer === undefined || age % deltaDepth === 0) pack.add('tree', content);
    else {
      const places = newer.changed.map((at) => offsets[at]!).toSorted((a, b) => a - b);
      pack.addDelta(objectId('tree', newer.content), deltaAt(content, places, 20));
    }
  }
}

function addCommits(pack: PackWriter, trees: readonly Tree[]): string {
  let tip: string | undefined;
  for (const [at, { content }] of trees.entries()) {
    const person = `Operator <operator@example.com> ${firstCommitSeconds + 60 * at} +0000`;
    const parent = tip === undefined ? '' : `parent ${tip}\n`;
    const text = `tree ${objectId('tree', content)}\n${parent}author ${person}\ncommitter ${person}\n\nChange ${at}\n`;
    const commit = Buffer.from(text);
    pack.add('commit', commit);
    tip = objectId('commit', commit);
  }
  return tip!;
}
