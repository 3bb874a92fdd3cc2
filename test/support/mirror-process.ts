/** Run as a process of its own: mirrors argv[2] into argv[3] by the engine argv[4], says `{"version"}` or `{"code"}` on a line, then stays. */
import type { EngineName } from '#server/backends/git/engine-choice.js';
import { isConfigServerError } from '#server/core/errors.js';
import { aStore, signal } from './git-stores.js';

const [, , url = '', dataDirectory = '', engine = 'isomorphic'] = process.argv;
const served = aStore(url, { dataDirectory, engine: engine as EngineName, timeoutMs: 10_000 });
const keepAlive = setInterval(() => undefined, 60_000);

try {
  await served.store.start(signal);
  process.stdout.write(`${JSON.stringify({ version: await served.version(null) })}\n`);
} catch (error) {
  clearInterval(keepAlive);
  process.stdout.write(`${JSON.stringify({ code: isConfigServerError(error) ? error.code : String(error) })}\n`);
}
