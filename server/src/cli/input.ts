import { ConfigServerError } from '../core/errors.js';
import type { Input } from './context.js';

const MAX_BYTES = 1024 * 1024;

/** What standard input holds, without one line feed at its end. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function readInput(stdin: Input): Promise<string> {
  if (stdin.isTTY === true) throw refused('Give the text as an argument, or on standard input.');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
    length += bytes.length;
    if (length > MAX_BYTES) throw refused(`Standard input has more than ${MAX_BYTES} bytes.`);
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw refused('There is no text: standard input is empty.');
  return text;
}

function refused(message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message);
}
