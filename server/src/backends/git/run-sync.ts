/** One fetch into a mirror, verified. Runs in a worker thread: indexing a pack stalls its event loop. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { isConfigServerError } from '../../core/errors.js';
import { DiskObjects } from './disk-objects.js';
import type { EngineLimits, Ref, RefName, Refs, SyncSpec } from './engine.js';
import { writeAtomically, writingFs } from './git-fs.js';
import { fetchAnswers } from './git-http.js';
import { fetchAll, indexPack, packObjects, readCommit, readTagChain } from './isomorphic.js';
import type { ObjectSource } from './isomorphic.js';
import { fetchedRefs, initMirror, parkRefs, settleRefs } from './mirror-refs.js';
import { ObjectReader } from './object-reader.js';
import { reachableObjects } from './reachable-objects.js';
import { createTransport } from './transport.js';
import type { RemoteOptions, Transport } from './transport.js';

export interface SyncRun extends SyncSpec {
  readonly gitdir: string;
  readonly remote: ReadonlyMap<RefName, string>;
  readonly options: RemoteOptions;
  readonly limits: EngineLimits;
}

const never = new AbortController().signal;

async function fetchFrom(run: SyncRun, source: ObjectSource, transport: Transport): Promise<void> {
  const heads = [...run.remote.keys()].filter((name) => name.startsWith('refs/heads/'));
  const remoteRef = heads[0] ?? [...run.remote.keys()][0];
  if (remoteRef === undefined) return;
  const http = fetchAnswers(transport.http(never), remoteRef);
  await fetchAll({ source, http, url: run.options.url, remoteRef });
}

/** Leaves out tags of trees and blobs: nothing can be served from them. */
async function peel(
  source: ObjectSource,
  fetched: ReadonlyMap<RefName, string>,
  known: Refs,
): Promise<Map<RefName, Ref>> {
  const refs = new Map<RefName, Ref>();
  for (const [name, target] of fetched) {
    const before = known.get(name);
    const commit = before?.target === target ? { id: before.commit } : await readCommit(source, target);
    if (commit === undefined) throw new Error(`the object ${target} of ${name} did not arrive`);
    if (commit !== null) refs.set(name, { target, commit: commit.id });
  }
  return refs;
}

async function verifyTrees(run: SyncRun, refs: Refs): Promise<void> {
  const { gitdir, limits } = run;
  const objects = new DiskObjects({ gitdir, hasLooseObjects: false, cacheBytes: limits.cacheBytes / 4 });
  const reader = new ObjectReader({ objects, limits });
  try {
    await verifyWith(reader, run, refs);
  } finally {
    await objects.close();
  }
}

async function verifyWith(reader: ObjectReader, run: SyncRun, refs: Refs): Promise<void> {
  const whole = new Set([...run.known.values()].map(({ commit }) => commit));
  for (const { commit } of refs.values()) {
    if (whole.has(commit)) continue;
    whole.add(commit);
    await reader.tree(commit).catch((error: unknown) => {
      // A tree past the limits is whole; it is refused when it is asked for.
      if (!isConfigServerError(error, 'CONFIG_TOO_LARGE')) throw error;
    });
  }
}

/** Copies what refs gone from the remote need, so that a new clone serves everything the old mirror served. */
async function carryOver(run: SyncRun, source: ObjectSource): Promise<void> {
  if (run.carry === undefined || run.carry.refs.size === 0) return;
  const old: ObjectSource = { fs: writingFs, gitdir: run.carry.gitdir, cache: {} };
  const targets = [...run.carry.refs.values()].map(({ target }) => target);
  const tags = (await Promise.all(targets.map((target) => readTagChain(old, target)))).flat();
  const objects = await reachableObjects(
    old,
    [...run.carry.refs.values()].map(({ commit }) => commit),
  );
  const pack = await packObjects(old, [...new Set([...tags, ...objects])]);
  const name = `objects/pack/pack-${Buffer.from(pack.subarray(-20)).toString('hex')}.pack`;
  await writeAtomically(join(run.gitdir, name), pack);
  await indexPack(source, name);
}

/** Half-written packs of a process that was killed. */
async function sweep(gitdir: string): Promise<void> {
  const folder = join(gitdir, 'objects', 'pack');
  const names = await fs.readdir(folder);
  const orphans = names.filter(
    (name) => name.startsWith('.tmp-') || (name.endsWith('.pack') && !names.includes(name.replace(/pack$/, 'idx'))),
  );
  await Promise.all(orphans.map((name) => fs.rm(join(folder, name), { force: true })));
}

export async function runSync(run: SyncRun): Promise<Refs> {
  const source: ObjectSource = { fs: writingFs, gitdir: run.gitdir, cache: {} };
  const transport = createTransport(run.options);
  try {
    await initMirror(run.gitdir);
    await sweep(run.gitdir);
    await parkRefs(run.gitdir, run.known);
    await fetchFrom(run, source, transport);
    const refs = await peel({ ...source, cache: {} }, fetchedRefs(run.gitdir), run.known);
    await verifyTrees(run, refs);
    await carryOver(run, source);
    await settleRefs(run.gitdir, new Map([...run.known, ...(run.carry?.refs ?? []), ...refs]));
    return refs;
  } finally {
    await transport.close();
  }
}
