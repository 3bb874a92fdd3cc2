import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { residentMegabytes } from './child.js';
import { timeFirstAnswer, type ColdStart } from './cold-start.js';
import { renderReport, writeReport, type Results } from './report.js';
import { services, writeBenchRepository } from './repository.js';
import { compareThroughput, type Comparison } from './throughput.js';

const inTurn = Array.from({ length: services }, (_, at) => `/svc${at + 1}/prod`);
const cases = new Map([
  ['`GET /svc1/prod`', ['/svc1/prod']],
  ['1,000 services in turn', inTurn],
]);

async function main(): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'cairn-bench-'));
  try {
    const repository = path.join(work, 'config.git');
    await writeBenchRepository(repository);
    const results = await measure(work, repository);
    await writeReport(results);
    console.log(renderReport(results));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function measure(work: string, repository: string): Promise<Results> {
  const local = await writeSettings(work, 'local', repository);
  let comparisons: Comparison[] = [];
  let memory: Results['memory'];
  const coldStarts: ColdStart[] = [
    await timeFirstAnswer('local repository', local, async ({ port, pid }) => {
      comparisons = await compareThroughput(port, cases);
      memory = await residentMegabytes(pid);
    }),
  ];
  return { comparisons, coldStarts, memory };
}

async function writeSettings(work: string, name: string, uri: string): Promise<string[]> {
  const file = path.join(work, `${name}.yml`);
  await writeFile(file, JSON.stringify({ sources: [{ name: 'bench', type: 'git', uri }] }));
  return ['--config', file, '--data-directory', path.join(work, `${name}-data`)];
}

await main();
