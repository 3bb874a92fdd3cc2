import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startWorker, type Worker } from '../child.js';
import type { Measured, Step } from './measure.js';
import { watchMemory } from './memory.js';
import { measures, renderReport, writeReport, type Measure, type Row } from './report.js';
import { createRepositories, push, type BenchRepository } from './repositories.js';

const engines = ['isomorphic', 'cli'] as const;
type Engine = (typeof engines)[number];

type Round = Readonly<Record<Measure, Measured>> & Pick<Row, 'peakMemory' | 'largePeakMemory'>;

const tenMegabytes = Array.from({ length: 10 }, () => 1_000_000);

/** On a copy: what is pushed in one round must not be cloned in the next. */
async function measureRound(original: BenchRepository, engine: Engine): Promise<Round> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-bench-round-'));
  const repository = { ...original, gitdir: path.join(folder, 'config.git') };
  await cp(original.gitdir, repository.gitdir, { recursive: true });
  const remote = startWorker('git-engines/remote.js');
  const worker = startWorker('git-engines/measure.js');
  try {
    const url = await remote.ask<string>(repository.gitdir);
    return await measureSteps(worker, repository, { step: 'begin', engine, url });
  } finally {
    await Promise.all([worker.close(), remote.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureSteps(worker: Worker, repository: BenchRepository, begin: Step): Promise<Round> {
  const ask = <T>(order: Step): Promise<T> => worker.ask<T>(order);
  const memory = watchMemory(await ask<number>(begin));
  try {
    const clone = await ask<Measured>({ step: 'clone' });
    const first = await ask<Measured>({ step: 'first read' });
    const all = await ask<Measured>({ step: 'all files' });
    const check = await ask<Measured>({ step: 'check' });
    await push(repository, []);
    const fetch = await ask<Measured>({ step: 'fetch' });
    const usual = memory.peak();
    await push(repository, tenMegabytes);
    const large = await ask<Measured>({ step: 'fetch' });
    await ask({ step: 'end' });
    const measured = { clone, 'first read': first, 'all files': all, check, fetch, 'fetch of 10 MB': large };
    return { ...measured, peakMemory: usual, largePeakMemory: memory.peak() };
  } finally {
    memory.stop();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The median of stalls, too: what else the machine does only adds to them. */
function summarize(repository: string, engine: string, rounds: readonly Round[]): Row {
  const all = measures.map((name): [Measure, Measured] => [
    name,
    {
      milliseconds: median(rounds.map((round) => round[name].milliseconds)),
      stallMilliseconds: median(rounds.map((round) => round[name].stallMilliseconds)),
    },
  ]);
  const measured = Object.fromEntries(all) as Row['measured'];
  const peak = (name: 'peakMemory' | 'largePeakMemory'): number => median(rounds.map((round) => round[name]));
  return { repository, engine, measured, peakMemory: peak('peakMemory'), largePeakMemory: peak('largePeakMemory') };
}

async function measureRepository(repository: BenchRepository): Promise<Row[]> {
  const rounds = new Map<Engine, Round[]>(engines.map((engine) => [engine, []]));
  for (let round = 0; round < repository.rounds; round += 1) {
    // Turn about, so that a slow moment strikes both.
    for (const engine of engines) rounds.get(engine)!.push(await measureRound(repository, engine));
  }
  return engines.map((engine) => summarize(repository.name, engine, rounds.get(engine)!));
}

async function main(): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'cairn-bench-git-'));
  try {
    const rows: Row[] = [];
    for (const repository of await createRepositories(work)) rows.push(...(await measureRepository(repository)));
    await writeReport(rows);
    console.log(renderReport(rows));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

await main();
