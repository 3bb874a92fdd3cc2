import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { BatchProcess } from '#server/backends/git/cli/batch-process.js';
import type { BatchProcessOptions } from '#server/backends/git/cli/batch-process.js';
import type { GitProgram } from '#server/backends/git/cli/git-program.js';
import { createCleanups } from '../../../support/cleanups.js';
import { expectError } from '../../../support/expect-error.js';
import { tempFolders } from '../../../support/temp-folders.js';

const program: GitProgram = { path: process.execPath, version: [2, 40], ssh: undefined, searchPath: '' };
const id = 'a'.repeat(40);

/** Answers each line with itself as a blob, but `die`, `hang` and `garbage`; notes each start in `log`. */
const script = (log: string): string => `
  require('fs').appendFileSync(${JSON.stringify(log)}, 'start\\n');
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'die') process.exit(3);
    if (line === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    if (line === 'garbage') return void process.stdout.write('garbage\\n');
    process.stdout.write('${id} blob ' + line.length + '\\n' + line + '\\n');
  });`;

describe('a long-lived git cat-file', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function start(options: Partial<BatchProcessOptions> = {}): Promise<[BatchProcess, () => Promise<number>]> {
    const log = join(await cleanups.add(tempFolders()).create(), 'log');
    const args = ['-e', script(log)];
    const batch = cleanups.add(new BatchProcess({ program, args, environment: {}, ...options }));
    const starts = async (): Promise<number> => (await fs.readFile(log, 'utf8')).split('start').length - 1;
    return [batch, starts];
  }

  const ask = async (batch: BatchProcess, line: string): Promise<string> =>
    batch.ask(line, true).then(
      ({ content }) => content?.toString() ?? 'nothing',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it('answers many questions in their order from one process', async () => {
    const [batch, starts] = await start({ atOnce: 3 });
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);

    expect(await Promise.all(lines.map((line) => ask(batch, line)))).to.deep.equal(lines);
    expect(await starts()).to.equal(1);
  });

  it('is started anew when it has died, and only what it dies on is refused', async () => {
    const [batch, starts] = await start();
    const answers = await Promise.all(['one', 'die', 'two', 'three'].map((line) => ask(batch, line)));

    expect([answers[0], ...answers.slice(2)]).to.deep.equal(['one', 'two', 'three']);
    expect(answers[1]).to.match(/^git cat-file ended/);
    expect(await starts()).to.equal(3);
  });

  it('is ended where it answers something else, and started anew', async () => {
    const [batch] = await start();
    const answers = await Promise.all(['garbage', 'one'].map((line) => ask(batch, line)));

    expect(answers).to.deep.equal(['git cat-file answers something else than an object', 'one']);
  });

  it('is ended where it is silent for too long', async () => {
    const [batch] = await start({ deadlineMs: 300 });
    const answers = await Promise.all(['hang', 'one'].map((line) => ask(batch, line)));

    expect(answers).to.deep.equal(['git cat-file was silent for 300 ms', 'one']);
  });

  it('ends when it has nothing to do, and is started when it has', async () => {
    const [batch, starts] = await start({ idleMs: 1 });
    const first = await ask(batch, 'one');
    await new Promise((resolve) => setImmediate(resolve));
    batch.restart();

    expect([first, await ask(batch, 'two')]).to.deep.equal(['one', 'two']);
    expect(await starts()).to.equal(2);
  });

  it('takes no more questions than it is told to keep waiting', async () => {
    const [batch] = await start({ atOnce: 1, waiting: 1 });
    const answers = await Promise.all(['one', 'two', 'three'].map((line) => ask(batch, line)));

    expect(answers).to.deep.equal(['one', 'two', 'Too many files of the repository are being asked for.']);
  });

  it('refuses what is asked once it is closed, and what was waiting', async () => {
    const [batch] = await start();
    const waiting = ask(batch, 'hang');
    await batch.close();
    await batch.close();

    expect(await waiting).to.equal('The repository has been closed.');
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => batch.ask('one', true));
  });

  it('says that its program cannot be started', async () => {
    const missing = { ...program, path: '/nonexistent/git' };
    const batch = cleanups.add(new BatchProcess({ program: missing, args: [], environment: {} }));

    expect(await ask(batch, 'one')).to.match(/ENOENT/);
  });
});
