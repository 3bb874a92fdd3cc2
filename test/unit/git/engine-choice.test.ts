import { expect } from 'chai';
import type { GitProgram } from '#server/backends/git/cli/git-program.js';
import { findGit, isAtLeast } from '#server/backends/git/cli/git-program.js';
import { defaultEngineLimits } from '#server/backends/git/engine.js';
import { localEngines, remoteEngines } from '#server/backends/git/engine-choice.js';
import type { EngineChoice } from '#server/backends/git/engine-choice.js';
import type { RemoteOptions } from '#server/backends/git/transport.js';
import { expectError } from '../../support/expect-error.js';

const git: GitProgram = { path: '/usr/bin/git', version: [2, 40], ssh: '/usr/bin/ssh', searchPath: '/usr/bin' };

const remote = (url: string): RemoteOptions => ({
  url,
  timeoutMs: 1_000,
  skipTlsVerification: false,
  maxResponseBytes: 1_000,
});

const choice = (engine: EngineChoice['engine'], program: GitProgram | undefined, uri = 'git@h:a'): EngineChoice => ({
  engine,
  uri,
  cliAboveBytes: 1_000,
  limits: defaultEngineLimits,
  notice: () => undefined,
  findGit: () => program,
});

describe('the choice of a git engine', () => {
  const taken = [
    ['auto', 'https://h/a', undefined, 'AdaptiveEngine'],
    ['auto', 'git@h:a', git, 'CliEngine'],
    ['isomorphic', 'http://h/a', git, 'IsomorphicEngine'],
    ['cli', 'https://h/a', git, 'CliEngine'],
    ['cli', 'ssh://h/a', git, 'CliEngine'],
  ] as const;
  for (const [engine, url, program, name] of taken) {
    it(`takes ${url} with engine: ${engine} ${program === undefined ? 'without' : 'with'} a git program`, async () => {
      const created = remoteEngines(remote(url), choice(engine, program))('/nonexistent');
      await created.close();

      expect(created.constructor.name).to.equal(name);
    });
  }

  const refused = [
    [
      'auto',
      'git@h:a',
      undefined,
      /no git 2\.32 or newer.*Install git 2\.32 or newer and an OpenSSH client.*http\(s\) address/,
    ],
    ['cli', 'git@h:a', undefined, /no git 2\.32 or newer/],
    ['auto', 'git@h:a', { ...git, ssh: undefined }, /no ssh program.*Install.*http\(s\) address/],
    ['isomorphic', 'git@h:a', git, /engine: isomorphic does not speak/],
    ['cli', 'https://h/a', undefined, /Install it, or set engine: isomorphic/],
  ] as const;
  for (const [engine, url, program, problem] of refused) {
    it(`refuses ${url} with engine: ${engine}, and says what to do (${problem.source.slice(0, 20)}…)`, async () => {
      const error = await expectError('CONFIG_GIT_TRANSPORT_UNSUPPORTED', () =>
        remoteEngines(remote(url), choice(engine, program)),
      );

      expect(error.message).to.match(problem);
    });
  }

  it('refuses a local repository where the git program is asked for and is not there', async () => {
    await expectError('CONFIG_GIT_TRANSPORT_UNSUPPORTED', () => localEngines(choice('cli', undefined, '/srv/config')));
  });

  it('compares versions by number', () => {
    const [old, same, newer] = [
      [2, 9],
      [2, 32],
      [3, 0],
    ] as const;

    expect([old, same, newer].map((version) => isAtLeast(version, '2.32'))).to.deep.equal([false, true, true]);
  });

  it('finds no program where the search path has none, or is relative', () => {
    expect([findGit(''), findGit('/nonexistent:/dev'), findGit('bin:.')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
