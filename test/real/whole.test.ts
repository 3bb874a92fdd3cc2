import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startGitHttpBackend } from '../support/git-http-backend.js';
import { needPrograms } from '../support/real-program.js';
import { describeWhole, type Remote } from '../support/whole.js';

// No setting of this machine's user or system may have a part in it.
const environment = {
  PATH: process.env['PATH'],
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Operator',
  GIT_AUTHOR_EMAIL: 'operator@example.com',
  GIT_COMMITTER_NAME: 'Operator',
  GIT_COMMITTER_EMAIL: 'operator@example.com',
};

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd, env: environment, timeout: 60_000 });
  return stdout.trim();
}

/** A bare repository behind `git http-backend`, and a clone of it from which an operator pushes. */
async function startRealRemote(files: Readonly<Record<string, string>>): Promise<Remote> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-real-git-'));
  await git(folder, 'init', '-q', '--bare', '-b', 'main', 'config.git');
  const backend = await startGitHttpBackend(path.join(folder, 'config.git'));
  await git(folder, 'clone', '-q', backend.url, 'work');
  const work = path.join(folder, 'work');
  const push = async (changed: Readonly<Record<string, string>>): Promise<string> => {
    for (const [name, text] of Object.entries(changed)) await writeFile(path.join(work, name), text);
    await git(work, 'add', '-A');
    await git(work, 'commit', '-q', '-m', 'Change');
    await git(work, 'push', '-q', 'origin', 'HEAD:main');
    return git(work, 'rev-parse', 'HEAD');
  };
  await push(files);
  return {
    url: backend.url,
    push,
    die: () => backend.close(),
    remove: async () => {
      await backend.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('with the git program', () => {
  before(function () {
    needPrograms(this, ['git']);
  });

  describeWhole('a real remote, server and service together', startRealRemote);
});
