import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { runGitCommand } from '#support/git-command.js';

/** A bare repository that the bench fetches from. */
export interface BenchRepository {
  readonly name: string;
  readonly gitdir: string;
  /** How often each engine is measured on it; the median counts. */
  readonly rounds: number;
}

const firstCommitSeconds = 1_767_225_600;
const committer = (at: number): string =>
  `committer Operator <operator@example.com> ${firstCommitSeconds + at} +0000\n`;

const fileText = (service: number, revision: number): string =>
  `server:\n  port: ${8000 + service}\ndatasource:\n  url: jdbc:postgresql://db.example.com/svc${service}\n  pool: {min: 2, max: ${10 + (service % 20)}}\nrevision: ${revision}\n`;

function file(name: string, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`M 100644 inline ${name}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

interface Commit {
  readonly at: number;
  readonly files: Iterable<Buffer>;
  /** Continues what the repository has already. */
  readonly isNext?: boolean;
}

function* commitStream({ at, files, isNext = false }: Commit): Generator<Buffer> {
  const from = isNext ? 'from refs/heads/main^0\n' : '';
  yield Buffer.from(`commit refs/heads/main\n${committer(at)}data 1\nx\n${from}`);
  yield* files;
  yield Buffer.from('\n');
}

/** Without a working tree and without a process for each object. */
async function fastImport(gitdir: string, stream: Iterable<Buffer>): Promise<void> {
  const child = spawn('git', ['--git-dir', gitdir, 'fast-import', '--quiet', '--force'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const closed = once(child, 'close');
  for (const chunk of stream) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = (await closed) as [number];
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}

function* servicesStream(services: number, commits: number, folder: string): Generator<Buffer> {
  const all = Array.from({ length: services }, (_, service) =>
    file(`${folder}svc${service}.yml`, fileText(service, 0)),
  );
  yield* commitStream({ at: 0, files: all });
  for (let at = 1; at < commits; at += 1) {
    const changed = [0, 1, 2].map((turn) => (at * 29 + turn * 1_009) % services);
    yield* commitStream({ at, files: changed.map((one) => file(`${folder}svc${one}.yml`, fileText(one, at))) });
  }
}

const blobBytes = 256 * 1024;

function* largeStream(blobs: number): Generator<Buffer> {
  yield* commitStream({ at: 0, files: [file('app.yml', 'a: 1\n')] });
  for (let at = 0; at < blobs; at += 1) {
    yield* commitStream({ at: at + 1, files: [file(`bin/${at % 100}/blob-${at}`, randomBytes(blobBytes))] });
  }
}

async function create(
  folder: string,
  name: string,
  rounds: number,
  stream: Iterable<Buffer>,
): Promise<BenchRepository> {
  const gitdir = path.join(folder, `${name.replaceAll(/\W+/g, '-')}.git`);
  runGitCommand(gitdir, ['init', '-q', '--bare', '-b', 'main', gitdir]);
  await fastImport(gitdir, stream);
  runGitCommand(gitdir, ['repack', '-a', '-d', '-q']);
  return { name, gitdir, rounds };
}

export async function createRepositories(folder: string): Promise<readonly BenchRepository[]> {
  return [
    await create(folder, '3,000 files, 150 commits', 5, servicesStream(3_000, 150, '')),
    await create(folder, '10,000 files in one folder, 150 commits', 5, servicesStream(10_000, 150, 'config/')),
    await create(folder, '100 MiB of incompressible files', 3, largeStream(400)),
  ];
}

let pushes = 0;

/** One commit more, of these sizes in incompressible files beside a small one. */
export async function push({ gitdir }: BenchRepository, sizes: readonly number[]): Promise<void> {
  pushes += 1;
  const files = [
    file('app.yml', `revision: ${pushes}\n`),
    ...sizes.map((size, at) => file(`pushed/${pushes}-${at}`, randomBytes(size))),
  ];
  await fastImport(gitdir, commitStream({ at: 1_000_000 + pushes, files, isNext: true }));
}
