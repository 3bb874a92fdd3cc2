// A process of its own, so that what it does stalls nobody whose stalls are measured.
import { startGitHttpBackend } from '#support/git-http-backend.js';

process.on('message', (gitdir: string) => {
  startGitHttpBackend(gitdir).then(
    ({ url }) => process.send?.({ result: url }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
