import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { ConfigServerError } from '../core/errors.js';

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
  const folder = join(directory, 'keys');
  const path = join(folder, 'digest.key');
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = (await readKey(path)) ?? (await makeKey(path));
    if (key.length === keyBytes) return key;
  } catch (cause) {
    throw unusable(`The data directory ${directory} cannot be used: ${reasonOf(cause)}`, cause);
  }
  throw unusable(`${path} is not a key of ${keyBytes} bytes; remove it, and a new one is made`);
}

/** A key that lives as long as the process. */
export function passingDigestKey(): Uint8Array {
  return randomBytes(keyBytes);
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Complete or not there: another server that starts at the same time sees a whole key, and both take the first. */
async function makeKey(path: string): Promise<Uint8Array> {
  // Not the process id: servers in containers that share a volume may all have the same.
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  await writeFile(draft, randomBytes(keyBytes), { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (reasonOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path);
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function unusable(message: string, cause?: unknown): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message, cause === undefined ? {} : { cause });
}
