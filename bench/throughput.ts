import type { PreparedAnswer } from './bare-server.js';
import { startWorker, type Worker } from './child.js';
import type { LoadOrder, LoadResult } from './load.js';

export interface Comparison {
  readonly name: string;
  readonly ours: LoadResult;
  readonly bare: LoadResult;
  /** Our requests per second over those of the bare server. */
  readonly ratio: number;
}

/** Where requests go, in turn. */
export interface Target {
  readonly port: number;
  readonly paths: readonly string[];
}

const connections = 32;
const warmUpSeconds = 2;
const roundSeconds = 3;
const rounds = 3;

/** Measures our server and a bare one that answers the same bytes, turn about, so that a slow moment strikes both. */
export async function compareThroughput(
  port: number,
  cases: ReadonlyMap<string, readonly string[]>,
): Promise<Comparison[]> {
  const bare = startWorker('bare-server.js');
  const load = startWorker('load.js');
  try {
    const paths = [...new Set([...cases.values()].flat())];
    const barePort = await bare.ask<number>(await prepareAnswers(port, paths));
    const results: Comparison[] = [];
    for (const [name, casePaths] of cases) {
      const [ours, other] = [port, barePort].map((at): Target => ({ port: at, paths: casePaths }));
      results.push({ name, ...(await compareTargets(load, ours!, other!)) });
    }
    return results;
  } finally {
    await Promise.all([bare.close(), load.close()]);
  }
}

async function compareTargets(load: Worker, first: Target, second: Target): Promise<Omit<Comparison, 'name'>> {
  const measure = (target: Target, seconds: number): Promise<LoadResult> =>
    load.ask({ ...target, seconds, connections } satisfies LoadOrder);
  const ours: LoadResult[] = [];
  const bare: LoadResult[] = [];
  await measure(first, warmUpSeconds);
  await measure(second, warmUpSeconds);
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await measure(first, roundSeconds));
    bare.push(await measure(second, roundSeconds));
  }
  const [middleOurs, middleBare] = [middle(ours), middle(bare)];
  return { ours: middleOurs, bare: middleBare, ratio: middleOurs.requestsPerSecond / middleBare.requestsPerSecond };
}

// The round whose rate is the median.
function middle(results: readonly LoadResult[]): LoadResult {
  const failed = results.find(({ failures }) => failures > 0);
  if (failed) throw new Error(`${failed.failures} of ${failed.requests} answers were not 200`);
  return results.toSorted((a, b) => a.requestsPerSecond - b.requestsPerSecond)[Math.floor(results.length / 2)]!;
}

// Set by node:http itself on every answer.
const ofNode = new Set(['date', 'connection', 'keep-alive']);

async function prepareAnswers(port: number, paths: readonly string[]): Promise<PreparedAnswer[]> {
  const answers: PreparedAnswer[] = [];
  for (const path of paths) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { 'Accept-Encoding': 'identity' },
      signal: AbortSignal.timeout(30_000),
    });
    if (response.status !== 200) throw new Error(`GET ${path} answered ${response.status}`);
    const headers = [...response.headers].filter(([name]) => !ofNode.has(name));
    answers.push({ path, headers, body: await response.text() });
  }
  return answers;
}
