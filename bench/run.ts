import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aRepository } from '#support/git-repository.js';
import { startGitServer } from '#support/git-server.js';
import { residentMegabytes } from './child.js';
import { timeFirstAnswer, type ColdStart } from './cold-start.js';
import { measureReferences } from './references.js';
import { loadNow, renderReport, writeReport, type Results } from './report.js';
import { packPath, services, writeBenchRepository } from './repository.js';
import { measureSecurity } from './security.js';
import { compareThroughput, type Comparison } from './throughput.js';

const inTurn = Array.from({ length: services }, (_, at) => `/svc${at + 1}/prod`);
const cases = new Map([
  ['`GET /svc1/prod`', ['/svc1/prod']],
  ['1,000 services in turn', inTurn],
]);

async function main(): Promise<void> {
  const loadBefore = loadNow();
  const work = await mkdtemp(path.join(tmpdir(), 'cairn-bench-'));
  try {
    const repository = path.join(work, 'config.git');
    await writeBenchRepository(repository);
    const warm = await measureWarm(work, repository);
    const cold = await measureRemote(work, repository);
    const references = await measureReferences(work);
    const security = await measureSecurity(work);
    const results = { loadBefore, ...warm, references, security, coldStarts: [...warm.coldStarts, ...cold] };
    await writeReport(results);
    console.log(renderReport(results));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The first answer from a local repository, then the load on the same process, then its memory. */
async function measureWarm(
  work: string,
  repository: string,
): Promise<Omit<Results, 'loadBefore' | 'references' | 'security'>> {
  const args = await writeSettings(work, 'local', repository);
  let comparisons: Comparison[] = [];
  let memory: Results['memory'];
  const coldStart = await timeFirstAnswer('local repository', args, async ({ port, pid }) => {
    comparisons = await compareThroughput(port, cases);
    memory = await residentMegabytes(pid);
  });
  return { comparisons, coldStarts: [coldStart], memory };
}

/** The first answer from a remote that must be cloned, and again with the mirror of the first time. */
async function measureRemote(work: string, gitdir: string): Promise<ColdStart[]> {
  const wholePack = await readFile(path.join(gitdir, packPath));
  const remote = await startGitServer(await aRepository().bare().create(gitdir), { wholePack });
  try {
    const args = await writeSettings(work, 'remote', remote.url);
    const clone = await timeFirstAnswer('remote, to be cloned first', args);
    return [await timeFirstAnswer('remote, its mirror present', args), clone];
  } finally {
    await remote.close();
  }
}

async function writeSettings(work: string, name: string, uri: string): Promise<string[]> {
  const file = path.join(work, `${name}.yml`);
  await writeFile(file, JSON.stringify({ sources: [{ name: 'bench', type: 'git', uri }] }));
  return ['--config', file, '--data-directory', path.join(work, `${name}-data`)];
}

await main();
