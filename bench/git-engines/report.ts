import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measured } from './measure.js';

export const measures = ['clone', 'first read', 'all files', 'check', 'fetch', 'fetch of 10 MB'] as const;
export type Measure = (typeof measures)[number];

export interface Row {
  readonly repository: string;
  readonly engine: string;
  readonly measured: Readonly<Record<Measure, Measured>>;
  /** MB, of the process and all it started, up to the fetch of one commit. */
  readonly peakMemory: number;
  /** The same, with the fetch of 10 MB. */
  readonly largePeakMemory: number;
}

const number = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en'));

function timesRow({ repository, engine, measured, peakMemory, largePeakMemory }: Row): string {
  const times = measures.map((name) => number(measured[name].milliseconds));
  return `| ${[repository, engine, ...times, number(peakMemory), number(largePeakMemory)].join(' | ')} |`;
}

function stallsRow({ repository, engine, measured }: Row): string {
  return `| ${[repository, engine, ...measures.map((name) => number(measured[name].stallMilliseconds))].join(' | ')} |`;
}

function machine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1) ?? '';
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load} at the end`;
}

const header = (...last: readonly string[]): string[] => {
  const names = ['repository', 'engine', ...measures, ...last];
  const rule = names.map((_, at) => (at < 2 ? '---' : '---:'));
  return [`| ${names.join(' | ')} |`, `| ${rule.join(' | ')} |`];
};

export function renderReport(rows: readonly Row[]): string {
  return [
    '# Results of `npm run bench:git`',
    '',
    `${machine()}. Each engine in a process of its own, against \`git http-backend\` over loopback; the median of the rounds.`,
    '',
    '- clone: listing, fetching and verifying, until the mirror can be served',
    '- first read: the tree of a commit and one file, with nothing in memory',
    '- all files: every file of a commit, ten at a time',
    '- check: asking the remote, nothing has moved',
    '- fetch: one commit, from the question until it has been read; then one of 10 MB of incompressible files',
    '',
    'Milliseconds, and MB of memory at its highest (the process and all it has started), without and with the fetch of 10 MB:',
    '',
    ...header('memory', 'with 10 MB'),
    ...rows.map(timesRow),
    '',
    'The longest stall of the event loop, in milliseconds (one of them is the interval of the measurement):',
    '',
    ...header(),
    ...rows.map(stallsRow),
    '',
  ].join('\n');
}

/** Writes the report and the figures it is made of beside each other. */
export async function writeReport(rows: readonly Row[]): Promise<void> {
  const folder = new URL('../../results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(fileURLToPath(new URL('git-engines.md', folder)), renderReport(rows));
  const figures = JSON.stringify({ machine: machine(), rows }, null, 2);
  await writeFile(fileURLToPath(new URL('git-engines.json', folder)), `${figures}\n`);
}
