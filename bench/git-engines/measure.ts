// One engine on one repository, in a process of its own: its memory and its event loop are what is measured.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createCliEngine } from '#server/backends/git/cli/cli-engine.js';
import { findGit } from '#server/backends/git/cli/git-program.js';
import { defaultEngineLimits } from '#server/backends/git/engine.js';
import type { GitEngine, Refs, TreeIndex } from '#server/backends/git/engine.js';
import { createIsomorphicEngine } from '#server/backends/git/isomorphic-engine.js';

export interface Begin {
  readonly step: 'begin';
  readonly engine: 'isomorphic' | 'cli';
  readonly url: string;
}

export type Step = Begin | { readonly step: 'clone' | 'first read' | 'all files' | 'check' | 'fetch' | 'end' };

export interface Measured {
  readonly milliseconds: number;
  /** The longest time the event loop did nothing else. */
  readonly stallMilliseconds: number;
}

const never = new AbortController().signal;
const branch = 'refs/heads/main';

let gitdir = '';
let create: () => GitEngine = () => {
  throw new Error('nothing has begun');
};
let engine: GitEngine;
let known: Refs = new Map();

async function begin({ engine: name, url }: Begin): Promise<void> {
  gitdir = await mkdtemp(path.join(tmpdir(), 'cairn-bench-mirror-'));
  const limits = defaultEngineLimits;
  const remote = {
    url,
    timeoutMs: 60_000,
    skipTlsVerification: false,
    maxResponseBytes: limits.responseBytes,
  };
  const program = findGit();
  if (program === undefined) throw new Error('git 2.32 or newer is needed');
  create = () =>
    name === 'cli'
      ? createCliEngine({ program, gitdir, remote, limits })
      : createIsomorphicEngine({ gitdir, remote, limits });
  engine = create();
}

async function sync(): Promise<void> {
  known = await engine.sync({ known, remote: await engine.remoteRefs(never) }, never);
}

const tip = (): string => known.get(branch)!.commit;

const blobsOf = (tree: TreeIndex): string[] => [...tree.blobs.values(), ...[...tree.trees.values()].flatMap(blobsOf)];

/** What the first request after a start does: nothing is in memory. */
async function readFirst(): Promise<void> {
  await engine.close();
  engine = create();
  await readOne();
}

async function readOne(): Promise<void> {
  const [id] = blobsOf(await engine.treeIndex(tip()));
  await engine.readBlobs([id!], never);
}

async function readAll(): Promise<void> {
  const ids = blobsOf(await engine.treeIndex(tip()));
  // As requests do: the files of one environment at a time.
  for (let at = 0; at < ids.length; at += 10) await engine.readBlobs(ids.slice(at, at + 10), never);
}

const acts: Readonly<Record<Exclude<Step['step'], 'begin' | 'end'>, () => Promise<void>>> = {
  clone: sync,
  'first read': readFirst,
  'all files': readAll,
  check: async () => {
    await engine.remoteRefs(never);
  },
  fetch: async () => {
    await sync();
    await readOne();
  },
};

async function measure(act: () => Promise<void>): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // The first interval begins with the next turn.
  await new Promise((resolve) => setTimeout(resolve, 10));
  delay.reset();
  const from = performance.now();
  await act();
  const milliseconds = performance.now() - from;
  await new Promise((resolve) => setTimeout(resolve, 10));
  delay.disable();
  return { milliseconds, stallMilliseconds: delay.max / 1e6 };
}

async function take(order: Step): Promise<unknown> {
  if (order.step === 'begin') {
    await begin(order);
    return process.pid;
  }
  if (order.step !== 'end') return measure(acts[order.step]);
  await engine.close();
  await rm(gitdir, { recursive: true, force: true });
  return true;
}

process.on('message', (order: Step) => {
  take(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
