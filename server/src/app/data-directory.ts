import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { ConfigServerError } from '../core/errors.js';
import { codeOf, keptFile } from '../files/kept-file.js';

const keyBytes = 32;

/** Where mirrors and keys are kept: as set, else by the XDG base directories. Nothing is made yet. */
export function dataDirectory(
  configured: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (configured !== null) return resolve(configured);
  const state = environment['XDG_STATE_HOME'];
  return join(state === undefined || state === '' ? join(homedir(), '.local', 'state') : state, 'cairn');
}

/**
 * The key of digests: made once in `<directory>/keys/digest.key`, the same after a restart.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID where the folder cannot be written
 */
export async function keptDigestKey(directory: string): Promise<Uint8Array> {
  const path = join(directory, 'keys', 'digest.key');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const key = await keptFile(path, () => randomBytes(keyBytes));
    if (key.length === keyBytes) return key;
  } catch (cause) {
    throw unusable(`The data directory ${directory} cannot be used: ${codeOf(cause)}`, cause);
  }
  throw unusable(`${path} is not a key of ${keyBytes} bytes; remove it, and a new one is made`);
}

/** What an operator should know of the data directory before it is used. */
export async function dataDirectoryNotices(directory: string): Promise<readonly string[]> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined || (found.mode & 0o002) === 0) return [];
  return [
    `everybody on this machine may write into the data directory ${directory}: who replaces a folder in it chooses ` +
      'what is served; mode 0700 would keep it',
  ];
}

/** A key that lives as long as the process. */
export function passingDigestKey(): Uint8Array {
  return randomBytes(keyBytes);
}

function unusable(message: string, cause?: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message, cause === undefined ? {} : { cause });
}
