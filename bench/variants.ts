import { processorSeconds, startWorker, type Worker } from './child.js';
import type { LoadOrder, LoadResult } from './load.js';

/** One of several ways to ask for the same. */
export interface Variant extends Pick<LoadOrder, 'port' | 'paths' | 'headers'> {
  readonly name: string;
  /** Process of the server. */
  readonly pid: number;
}

/** All of one comparison; what the others are compared with comes first. */
export interface MeasuredVariants {
  readonly title: string;
  readonly rounds: Rounds;
  readonly variants: readonly MeasuredVariant[];
}

export interface MeasuredVariant {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Processor time of the server for a request; undefined where the system does not say. */
  readonly processorMicroseconds: number | undefined;
  /** Requests per second over those of the first variant in the same round, the median of all rounds. */
  readonly ratio: number;
  /** Processor time of the first variant over this one's, likewise. */
  readonly processorRatio: number | undefined;
}

export interface Rounds {
  readonly connections: number;
  /** How often the servers are started anew; default once. */
  readonly starts?: number;
  /** After each start. */
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

export interface Round extends LoadResult {
  readonly processorMicroseconds: number | undefined;
}

/** What each variant did in each round. */
export interface TakenRounds {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Round[])[];
}

/** Measures variants that run already. */
export async function compareVariants(
  variants: readonly Variant[],
  rounds: Rounds,
): Promise<Omit<MeasuredVariants, 'title'>> {
  return summaryOf([await takeRounds(variants, rounds)], rounds);
}

/** The rounds after one start, turn about, so that a slow moment of the machine strikes all of them. */
export async function takeRounds(variants: readonly Variant[], rounds: Rounds): Promise<TakenRounds> {
  const load = startWorker('load.js');
  try {
    for (const variant of variants) await measure(load, variant, { ...rounds, seconds: rounds.warmUpSeconds });
    const rows: Round[][] = [];
    for (let round = 0; round < rounds.rounds; round += 1) {
      const row: Round[] = [];
      for (const variant of variants) row.push(await measure(load, variant, rounds));
      rows.push(row);
    }
    return { names: variants.map(({ name }) => name), rows };
  } finally {
    await load.close();
  }
}

/** Over the rounds of all starts of the same variants. */
export function summaryOf(starts: readonly TakenRounds[], rounds: Rounds): Omit<MeasuredVariants, 'title'> {
  const taken = starts.flatMap(({ rows }) => rows);
  const names = starts[0]?.names ?? [];
  return { rounds, variants: names.map((name, at) => summaryOfOne(name, taken, at)) };
}

async function measure(load: Worker, { pid, ...variant }: Variant, { seconds, connections }: Rounds): Promise<Round> {
  const before = await processorSeconds(pid);
  const { port, paths, headers = {} } = variant;
  const result = await load.ask<LoadResult>({ port, paths, headers, seconds, connections } satisfies LoadOrder);
  const after = await processorSeconds(pid);
  if (result.failures > 0) throw new Error(`${variant.name}: ${result.failures} of ${result.requests} were not 200`);
  const used = before === undefined || after === undefined ? undefined : after - before;
  return { ...result, processorMicroseconds: used === undefined ? undefined : (used * 1e6) / result.requests };
}

function summaryOfOne(name: string, taken: readonly (readonly Round[])[], at: number): MeasuredVariant {
  const own = taken.map((row) => row[at]!);
  const processor = own.flatMap(({ processorMicroseconds }) => processorMicroseconds ?? []);
  const ratios = taken.map((row) => row[at]!.requestsPerSecond / row[0]!.requestsPerSecond);
  const processorRatios = taken.flatMap((row) => {
    const [first, one] = [row[0]!.processorMicroseconds, row[at]!.processorMicroseconds];
    return first === undefined || one === undefined ? [] : first / one;
  });
  return {
    name,
    requestsPerSecond: median(own.map(({ requestsPerSecond }) => requestsPerSecond)),
    p50Milliseconds: median(own.map(({ p50Milliseconds }) => p50Milliseconds)),
    p99Milliseconds: median(own.map(({ p99Milliseconds }) => p99Milliseconds)),
    processorMicroseconds: processor.length === 0 ? undefined : median(processor),
    ratio: median(ratios),
    processorRatio: processorRatios.length === 0 ? undefined : median(processorRatios),
  };
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** A table of Markdown. */
export function variantLines({ title, rounds, variants }: MeasuredVariants): readonly string[] {
  const first = variants[0]?.name ?? '';
  return [
    `${title}: ${rounds.connections} connections, turn about in ${roundsText(rounds)}; medians, ratios within each round.`,
    '',
    `| | requests/s | p50 ms | p99 ms | processor µs a request | requests/s over “${first}” | processor time of “${first}” over it |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...variants.map(rowOf),
  ];
}

function roundsText({ starts = 1, rounds, seconds }: Rounds): string {
  return `${rounds} rounds of ${seconds} s${starts === 1 ? '' : ` after each of ${starts} starts`}`;
}

function rowOf({ name, ...figures }: MeasuredVariant): string {
  const cells = [
    Math.round(figures.requestsPerSecond).toLocaleString('en'),
    figures.p50Milliseconds.toFixed(2),
    figures.p99Milliseconds.toFixed(2),
    figures.processorMicroseconds?.toFixed(1) ?? '',
    figures.ratio.toFixed(2),
    figures.processorRatio?.toFixed(2) ?? '',
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}
