/** One fetch into a mirror, verified. Runs in a worker thread: indexing a pack stalls its event loop. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { DiskObjects } from './disk-objects.js';
import type { EngineLimits, RefName, Refs, SyncSpec } from './engine.js';
import { writeAtomically, writingFs } from './git-fs.js';
import { fetchAnswers } from './git-http.js';
import { fetchAll, indexPack, packObjects } from './isomorphic.js';
import type { ObjectSource } from './isomorphic.js';
import { fetchedRefs, initMirror, parkRefs, settleRefs } from './mirror-refs.js';
import { ObjectReader } from './object-reader.js';
import { peelRefs, verifyTrees } from './peel-refs.js';
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

/** @throws Error where something did not arrive */
async function verify(run: SyncRun): Promise<Refs> {
  const { gitdir, known, limits } = run;
  const objects = new DiskObjects({ gitdir, hasLooseObjects: false, cacheBytes: limits.cacheBytes / 4 });
  const reader = new ObjectReader({ objects, limits });
  const commitOf = async (id: string): Promise<string | undefined> => {
    const commit = await reader.commit(id);
    if (commit === undefined && (await objects.read(id, 0)) === undefined) {
      throw new Error(`the object ${id} did not arrive`);
    }
    return commit?.id;
  };
  try {
    const refs = await peelRefs(fetchedRefs(gitdir), known, commitOf);
    await verifyTrees(known, refs, (commit) => reader.tree(commit));
    return refs;
  } finally {
    await objects.close();
  }
}

/** Copies what refs gone from the remote need, so that a new clone serves everything the old mirror served. */
async function carryOver(run: SyncRun, source: ObjectSource): Promise<void> {
  if (run.carry === undefined || run.carry.refs.size === 0) return;
  const { gitdir, refs } = run.carry;
  const old = new DiskObjects({ gitdir, hasLooseObjects: true, cacheBytes: run.limits.cacheBytes / 4 });
  const targets = [...refs.values()].map(({ target }) => target);
  const ids = await reachableObjects(old, targets).finally(() => old.close());
  const pack = await packObjects({ fs: writingFs, gitdir, cache: {} }, [...ids]);
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
    const refs = await verify(run);
    await carryOver(run, source);
    await settleRefs(run.gitdir, new Map([...run.known, ...(run.carry?.refs ?? []), ...refs]));
    return refs;
  } finally {
    await transport.close();
  }
}
