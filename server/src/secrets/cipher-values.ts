import { createByteCache, type ByteCache } from '../core/byte-cache.js';
import type { DocumentLimits } from '../core/documents/limits.js';
import { stringValues } from '../core/documents/string-values.js';
import type { Property, PropertySource } from '../core/environment.js';
import { ConfigServerError, isConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { CIPHER_MARK } from './cipher-text.js';
import type { Ciphers } from './ciphers.js';

/** Decrypts what is served: values that begin with exactly `{cipher}`. */
export interface CipherValues {
  /**
   * `sources` with their ciphers decrypted and marked as secrets: such a key moves to the end of its source and loses its
   * origin; one that cannot be decrypted becomes `invalid.<key>`. The same object where there is no cipher.
   */
  decryptSources(sources: readonly PropertySource[], signal: AbortSignal): Promise<readonly PropertySource[]>;
  /**
   * The text of a file with the ciphers among its values replaced; of JSON, YAML and `.properties` only.
   * @throws ConfigServerError CONFIG_CIPHER_UNRESOLVED, CONFIG_FILE_INVALID
   */
  decryptText(path: string, text: string, signal: AbortSignal): Promise<string>;
}

export interface CipherValuesOptions {
  readonly ciphers: Ciphers;
  /** Whether a key that cannot be decrypted becomes `invalid.<key>`; else it keeps its name and its ciphertext. */
  readonly prefixInvalid: boolean;
  /** Of decrypted texts, so that a commit does not make every service's ciphers be decrypted again. */
  readonly cacheBytes: number;
  readonly documents: DocumentLimits;
  readonly emit: Emit;
}

/** What a ciphertext came to; null: it cannot be decrypted. */
interface Opened {
  readonly text: string | null;
}

/** RSA keeps the event loop busy for about a millisecond a value, so few are under way at once. */
const AT_ONCE = 4;
const TOLD_KEYS = 20;
const INVALID = '<n/a>';

export function createCipherValues(options: CipherValuesOptions): CipherValues {
  const known = createByteCache<string, Opened>(options.cacheBytes);
  const openAll = (found: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, Opened>> =>
    openCiphertexts({ ciphers: options.ciphers, known, signal }, found);
  return {
    async decryptSources(sources, signal) {
      const found = new Set(sources.flatMap(({ properties }) => [...ciphersOf(properties)]));
      if (found.size === 0) return sources;
      const opened = await openAll(found, signal);
      return sources.map((source) => decryptedSource(source, opened, options));
    },
    async decryptText(path, text, signal) {
      if (!text.includes(CIPHER_MARK)) return text;
      const values = stringValues(path, text, options.documents) ?? [];
      const found = new Set(values.filter((value) => value.startsWith(CIPHER_MARK)));
      return replaceAll(path, text, await openAll(found, signal));
    },
  };
}

function* ciphersOf(properties: ReadonlyMap<string, Property>): Generator<string, void> {
  for (const { value } of properties.values()) if (isCipher(value)) yield value;
}

function isCipher(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(CIPHER_MARK);
}

interface Opening {
  readonly ciphers: Ciphers;
  readonly known: ByteCache<string, Opened>;
  readonly signal: AbortSignal;
}

async function openCiphertexts(opening: Opening, found: ReadonlySet<string>): Promise<ReadonlyMap<string, Opened>> {
  const opened = new Map<string, Opened>();
  const waiting = found.values();
  const work = async (): Promise<void> => {
    for (const value of waiting) {
      opening.signal.throwIfAborted();
      opened.set(value, await openOne(opening, value));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return opened;
}

async function openOne({ ciphers, known }: Opening, value: string): Promise<Opened> {
  const kept = known.get(value);
  if (kept !== undefined) return kept;
  const text = await ciphers.decrypt(value.slice(CIPHER_MARK.length)).catch(nullIfRefused);
  const made = { text };
  known.set(value, made, 2 * (value.length + (text?.length ?? 0)) + 100);
  return made;
}

const refusals = ['NO_KEY', 'CONFIG_CIPHER_INVALID', 'CONFIG_DECRYPTION_UNSUPPORTED'] as const;

/** Why is nobody's business but the key's owner's. */
function nullIfRefused(error: unknown): null {
  if (isConfigServerError(error, ...refusals)) return null;
  throw error;
}

function decryptedSource(
  source: PropertySource,
  opened: ReadonlyMap<string, Opened>,
  { prefixInvalid, emit }: CipherValuesOptions,
): PropertySource {
  const properties = new Map(source.properties);
  const failed: string[] = [];
  for (const [key, { value }] of source.properties) {
    if (!isCipher(value)) continue;
    const text = opened.get(value)?.text ?? null;
    properties.delete(key);
    if (text !== null) properties.set(key, { value: text, secret: true });
    else if (prefixInvalid) properties.set(`invalid.${key}`, { value: INVALID });
    else properties.set(key, { value: value.slice(CIPHER_MARK.length) });
    if (text === null) failed.push(key);
  }
  if (failed.length > 0) {
    const keys = failed.slice(0, TOLD_KEYS);
    emit({ type: 'ciphers-invalid', propertySource: source.name, keys, count: failed.length });
  }
  return { name: source.name, properties };
}

function replaceAll(path: string, text: string, opened: ReadonlyMap<string, Opened>): string {
  let replaced = text;
  for (const [value, { text: plain }] of opened) {
    if (plain === null) throw unresolved(path);
    replaced = replaced.replaceAll(value, () => plain);
  }
  return replaced;
}

function unresolved(path: string): ConfigServerError {
  return new ConfigServerError('CONFIG_CIPHER_UNRESOLVED', `A {cipher} value of ${path} cannot be decrypted.`);
}
