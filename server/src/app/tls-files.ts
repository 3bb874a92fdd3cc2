import { open } from 'node:fs/promises';
import { ConfigServerError, isConfigServerError } from '../core/errors.js';
import type { KeyStoreEntries, KeyStoreEntry } from '../secrets/key-store/entries.js';
import { openKeyStore } from '../secrets/key-store/open-key-store.js';
import { tlsInvalid } from '../security/tls-material.js';
import { systemReason } from '../settings/secret-files.js';

const maxFileBytes = 4 * 1024 * 1024;

/** A whole file. The messages name the setting and not the path: they are shown in health, too. */
export async function readTlsFile(path: string, setting: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const content = Buffer.alloc(Math.min((await file.stat()).size, maxFileBytes) + 1);
      const { bytesRead } = await file.read(content, 0, content.length, 0);
      if (bytesRead > maxFileBytes) throw unusable(setting, `has more than ${maxFileBytes} bytes`);
      return content.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ConfigServerError) throw error;
    throw unusable(setting, `cannot be read: ${systemReason(error)}`);
  }
}

export interface KeyStorePlace {
  /** `key-store` */
  readonly setting: string;
  readonly location: string;
  readonly password: string;
}

/** Reads key stores; one that has not changed is not opened again, which takes work. */
export type ReadKeyStore = (place: KeyStorePlace) => Promise<KeyStoreEntries>;

export function createKeyStoreReader(): ReadKeyStore {
  const known = new Map<string, { readonly bytes: Buffer; readonly entries: KeyStoreEntries }>();
  return async ({ setting, location, password }) => {
    const bytes = await readTlsFile(location, `${setting}.location`);
    const kept = known.get(setting);
    if (kept?.bytes.equals(bytes) === true) return kept.entries;
    const entries = await openStore(bytes, { setting, password });
    known.set(setting, { bytes, entries });
    return entries;
  };
}

async function openStore(
  bytes: Buffer,
  { setting, password }: Omit<KeyStorePlace, 'location'>,
): Promise<KeyStoreEntries> {
  try {
    return await openKeyStore(bytes, password);
  } catch (error) {
    const why = isConfigServerError(error) ? error.message.replace(/^The key store \([^)]*\) /, '') : 'cannot be read';
    throw unusable(setting, why);
  }
}

export interface ChosenKey {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

/** The key of `alias`, or the only one, with its certificates. @throws ConfigServerError CONFIG_TLS_INVALID */
export async function keyIn(entries: KeyStoreEntries, alias: string | null, password: string): Promise<ChosenKey> {
  const keys = [...entries].filter((entry): entry is [string, PrivateKey] => entry[1].kind === 'private-key');
  const fitting = alias === null ? keys : keys.filter(([name]) => name === alias.toLowerCase());
  const [only] = fitting;
  const names = keys.map(([name]) => name).join(', ');
  if (only === undefined || fitting.length > 1)
    throw tlsInvalid(`\`server.tls.key-store.alias\` must say which key is meant; there are: ${names || 'none'}`);
  const [name, entry] = only;
  const { chain } = entry;
  const der = await entry.unlock(password).catch(() => undefined);
  if (der === undefined) throw tlsInvalid(`no password given opens the key ${JSON.stringify(name)} of the key store`);
  if (chain.length === 0) throw tlsInvalid(`the key ${JSON.stringify(name)} of the key store has no certificate`);
  return { key: pem('PRIVATE KEY', der), certificate: chain.map((one) => pem('CERTIFICATE', one)).join('') };
}

type PrivateKey = Extract<KeyStoreEntry, { kind: 'private-key' }>;

/** The certificates of a trust store, in PEM. */
export function authoritiesIn(entries: KeyStoreEntries): string {
  return [...entries.values()]
    .map((entry) => (entry.kind === 'certificate' ? pem('CERTIFICATE', entry.certificate) : ''))
    .join('');
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function unusable(setting: string, why: string): ConfigServerError {
  return tlsInvalid(`the file of \`server.tls.${setting}\` ${why}`);
}
