import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ColdStart } from './cold-start.js';
import { firstLines, type MeasuredReferences } from './references.js';
import { variantLines, type MeasuredVariants } from './variants.js';
import type { LoadResult } from './load.js';
import type { Comparison } from './throughput.js';

export interface Results {
  /** The load average of the last minute when the bench began: what else the machine had to do. */
  readonly loadBefore: number;
  readonly comparisons: readonly Comparison[];
  readonly coldStarts: readonly ColdStart[];
  readonly references: MeasuredReferences;
  readonly security: readonly MeasuredVariants[];
  readonly memory: { readonly now: number; readonly peak: number } | undefined;
}

/** The results as Markdown, with the machine they were taken on. */
export function renderReport(results: Results): string {
  return [
    '# Results of `npm run bench`',
    '',
    `${machine()}; load average ${results.loadBefore.toFixed(1)} before it began. One repository of 1,000 services of three files each and 100 commits; 32 keep-alive connections over loopback;`,
    'server, bare server and load generator are three processes; the median of three rounds.',
    '',
    '| requests | server | requests/s | p50 ms | p99 ms | ours / bare |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...results.comparisons.flatMap(({ name, ours, bare, ratio }) => [
      throughputRow(name, 'Cairn', ours, ratio.toFixed(2)),
      throughputRow(name, 'bare node:http, same bytes', bare, ''),
    ]),
    '',
    '| from process start to the first answer | ms |',
    '| --- | ---: |',
    ...results.coldStarts.map(({ name, milliseconds }) => `| ${name} | ${milliseconds.toFixed(0)} |`),
    '',
    ...memoryLines(results.memory),
    '',
    '## References to Vault',
    '',
    ...variantLines(results.references.warm),
    '',
    ...firstLines(results.references.first),
    '',
    '## Security and audit',
    '',
    ...results.security.flatMap((measured) => [...variantLines(measured), '']),
  ].join('\n');
}

function machine(): string {
  const [cpu] = cpus();
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

function throughputRow(name: string, server: string, result: LoadResult, ratio: string): string {
  const { requestsPerSecond, p50Milliseconds, p99Milliseconds } = result;
  const rate = Math.round(requestsPerSecond).toLocaleString('en');
  return `| ${name} | ${server} | ${rate} | ${p50Milliseconds.toFixed(2)} | ${p99Milliseconds.toFixed(2)} | ${ratio} |`;
}

function memoryLines(memory: Results['memory']): string[] {
  if (memory === undefined) return ['Memory: not told by this system.'];
  return [`Resident memory after the load: ${memory.now.toFixed(0)} MB (at its highest ${memory.peak.toFixed(0)} MB).`];
}

/** Writes the report and the figures it is made of beside each other. */
export async function writeReport(results: Results): Promise<void> {
  const folder = new URL('../results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(fileURLToPath(new URL('latest.md', folder)), renderReport(results));
  await writeFile(
    fileURLToPath(new URL('latest.json', folder)),
    `${JSON.stringify({ machine: machine(), ...results }, null, 2)}\n`,
  );
}

/** The load average of the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? Number.NaN;
}
