import { createIsomorphicEngine } from '#server/backends/git/isomorphic-engine.js';
import { describeGitEngine } from './git-engine.js';

describeGitEngine('isomorphic', {
  closed: 'UND_ERR_SOCKET',
  create: ({ gitdir, url, timeoutMs, limits }) =>
    createIsomorphicEngine({
      gitdir,
      limits,
      ...(url === undefined
        ? {}
        : { remote: { url, timeoutMs, skipTlsVerification: false, maxResponseBytes: limits.responseBytes } }),
    }),
});
