import { ConfigClientError } from '../errors.js';
import { isRecord, optionsError } from '../options/check.js';
import { isPem } from '../options/pem.js';
import type { Platform } from '../platform/platform.js';
import type { Jwk, SigningKey } from '../platform/signing.js';
import { reasonOf } from '../wire/failure.js';

export interface PrivateKeyOptions {
  readonly given: unknown;
  readonly passphrase: string | undefined;
  readonly algorithm: string | undefined;
}

/** What is given in place is tried at once; a file may be rotated, and is read for each token. */
export function parsePrivateKey(
  { given, passphrase, algorithm }: PrivateKeyOptions,
  platform: Platform,
): () => Promise<SigningKey> {
  const use = (key: string | Jwk): SigningKey => platform.signingKey({ key, passphrase, algorithm });
  if (typeof given === 'string' && given !== '' && !isPem(given)) {
    return async () => use(keyIn(await readKeyFile(given, platform)));
  }
  const key = use(given instanceof Uint8Array ? keyIn(given) : keyOf(given));
  return () => Promise.resolve(key);
}

function keyOf(value: unknown): string | Jwk {
  if (typeof value === 'string' && isPem(value)) return value;
  if (isJwk(value)) return value;
  throw optionsError('privateKey must be PEM, the path of a file, or a private JSON Web Key (an object with kty).');
}

function isJwk(value: unknown): value is Jwk {
  return isRecord(value) && typeof value['kty'] === 'string';
}

/** A file has PEM or a JSON Web Key. */
function keyIn(bytes: Uint8Array): string | Jwk {
  const text = new TextDecoder().decode(bytes);
  return isPem(text) ? text : keyOf(parsed(text));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readKeyFile(path: string, platform: Platform): Promise<Uint8Array> {
  try {
    return await platform.readFile(path);
  } catch (cause) {
    const message = `The file of privateKey cannot be read${reasonOf(cause)}`;
    throw new ConfigClientError('CONFIG_OPTIONS_INVALID', message, { cause });
  }
}
