import { createCliEngine } from '#server/backends/git/cli/cli-engine.js';
import { findGit } from '#server/backends/git/cli/git-program.js';
import { describeGitEngine } from './git-engine.js';
import { needPrograms } from '../support/real-program.js';

describe('with the git program', () => {
  before(function () {
    needPrograms(this, ['git']);
  });

  describeGitEngine('cli', {
    closed: 'the connection was closed',
    timeoutMs: 2_000,
    create: ({ gitdir, url, timeoutMs, limits }) =>
      createCliEngine({
        program: findGit()!,
        gitdir,
        limits,
        ...(url === undefined
          ? {}
          : { remote: { url, timeoutMs, skipTlsVerification: false, maxResponseBytes: limits.responseBytes } }),
      }),
  });
});
