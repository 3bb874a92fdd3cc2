import { expect } from 'chai';
import type { GitProgram } from '#server/backends/git/cli/git-program.js';
import { runGit } from '#server/backends/git/cli/run-git.js';
import type { GitOutcome, GitRun } from '#server/backends/git/cli/run-git.js';

const program: GitProgram = { path: process.execPath, version: [2, 40], ssh: undefined, searchPath: '' };
const never = new AbortController().signal;

const run = (source: string, options: Partial<GitRun> = {}): Promise<GitOutcome> =>
  runGit({ program, args: ['-e', source], environment: {}, signal: never, ...options });

const stay = 'setInterval(() => 0, 1000);';

describe('a run of the git program', () => {
  it('gives what it prints and how it ends, and takes what is written to it', async () => {
    const outcome = await run(
      'process.stdin.pipe(process.stdout); process.stderr.write("oops"); process.exitCode = 7;',
      {
        input: 'hello',
      },
    );

    expect(outcome).to.deep.equal({ code: 7, output: Buffer.from('hello'), errorText: 'oops', ended: undefined });
  });

  it('has no environment but what it is given', async () => {
    const source = `delete process.env.NODE_V8_COVERAGE; process.stdout.write(JSON.stringify(process.env))`;
    const { output } = await run(source, { environment: { A: 'b' } });

    expect(JSON.parse(output.toString())).to.deep.equal({ A: 'b' });
  });

  it('keeps the end of a long error text only', async () => {
    const { errorText } = await run('process.stderr.write("x".repeat(20000) + "end")');

    expect([errorText.length, errorText.endsWith('end')]).to.deep.equal([8 * 1024, true]);
  });

  it('is ended when it is silent for too long, also where it does not heed SIGTERM', async () => {
    const outcome = await run(`process.on('SIGTERM', () => 0); ${stay}`, { silenceMs: 500 });

    expect([outcome.code, outcome.ended]).to.deep.equal([null, 'silent']);
  });

  it('may be silent once it says that it works', async () => {
    const source = `process.stderr.write('Resolving'); setTimeout(() => process.exit(0), 900);`;
    const outcome = await run(source, { silenceMs: 600, isAtWork: (text) => text.includes('Resolving') });

    expect([outcome.code, outcome.ended]).to.deep.equal([0, undefined]);
  });

  it('is ended when it prints too much', async () => {
    const outcome = await run(`process.stdout.write('x'.repeat(5000)); ${stay}`, { maxOutputBytes: 1_000 });

    expect([outcome.ended, outcome.output.length <= 1_000]).to.deep.equal(['output', true]);
  });

  it('is ended for the reason that a watch gives', async () => {
    const outcome = await run(stay, { watch: () => Promise.resolve('has grown too large') });

    expect(outcome.ended).to.equal('has grown too large');
  });

  it('is ended with all it has started when its signal is aborted, with the reason of that', async () => {
    const stop = new AbortController();
    // The child holds the output open: while it lives, the run has not ended.
    const child = `require('child_process').spawn(process.execPath, ['-e', '${stay}'], { stdio: 'inherit' })`;
    const ended = run(`${child}.once('spawn', () => process.stderr.write('started'))`, {
      signal: stop.signal,
      isAtWork: (text) => {
        if (text === 'started') stop.abort(new Error('stopped'));
        return false;
      },
    });

    expect(await ended.catch(String)).to.equal('Error: stopped');
  });

  it('does not begin where its signal is aborted already', async () => {
    expect(await run(stay, { signal: AbortSignal.abort(new Error('stopped')) }).catch(String)).to.equal(
      'Error: stopped',
    );
  });

  it('that cannot be started is told by the system’s code', async () => {
    const outcome = await run('', { program: { ...program, path: '/nonexistent/git' } }).catch(String);

    expect(outcome).to.match(/ENOENT/);
  });
});
