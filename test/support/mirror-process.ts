/** Run as a process of its own: mirrors argv[2] into argv[3] and says `{"version"}` or `{"code"}` on a line, then stays. */
import { isConfigServerError } from '#server/core/errors.js';
import { aStore, signal } from './git-stores.js';

const [, , url = '', dataDirectory = ''] = process.argv;
const served = aStore(url, { dataDirectory });
const keepAlive = setInterval(() => undefined, 60_000);

try {
  await served.store.start(signal);
  process.stdout.write(`${JSON.stringify({ version: await served.version(null) })}\n`);
} catch (error) {
  clearInterval(keepAlive);
  process.stdout.write(`${JSON.stringify({ code: isConfigServerError(error) ? error.code : String(error) })}\n`);
}
