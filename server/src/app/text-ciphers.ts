import { CIPHER_MARK } from '../secrets/cipher-text.js';
import { ConfigServerError } from '../core/errors.js';
import type { EncryptionSettings } from '../settings/sections/encryption.js';
import { ciphersOf } from './encryption.js';

/** Encrypts and decrypts values as they stand in a file. */
export interface TextCiphers {
  /** The value to write, `{cipher}` included. */
  encrypt(text: string): Promise<string>;
  /** `value` with `{cipher}` or without. @throws ConfigServerError CONFIG_CIPHER_INVALID and others of `/decrypt` */
  decrypt(value: string): Promise<string>;
}

const DEADLINE_MS = 10_000;

/** By the keys that the settings tell of. @throws ConfigServerError CONFIG_SETTINGS_INVALID where there is none */
export async function localTextCiphers(settings: EncryptionSettings): Promise<TextCiphers> {
  const ciphers = await ciphersOf(settings);
  if (!(await ciphers.hasKey())) throw noKey();
  return {
    encrypt: async (text) => CIPHER_MARK + (await ciphers.encrypt(text)),
    decrypt: (value) => ciphers.decrypt(withoutMark(value)),
  };
}

/** A running server, and what it is to know us by; user info of its URL is HTTP Basic. */
export interface RemoteServer {
  readonly url: URL;
  readonly token: string | null;
}

/** By the routes of a running server. */
export function remoteTextCiphers(server: RemoteServer): TextCiphers {
  return {
    encrypt: async (text) => CIPHER_MARK + (await post(server, 'encrypt', text)),
    decrypt: (value) => post(server, 'decrypt', withoutMark(value)),
  };
}

function withoutMark(value: string): string {
  return value.startsWith(CIPHER_MARK) ? value.slice(CIPHER_MARK.length) : value;
}

async function post({ url: server, token }: RemoteServer, route: string, body: string): Promise<string> {
  const { username, password, origin, pathname } = server;
  const headers = new Headers({ 'Content-Type': 'text/plain;charset=UTF-8' });
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  else if (credentials !== ':') headers.set('Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  const url = `${origin}${pathname.replace(/\/$/, '')}/${route}`;
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(DEADLINE_MS) }).catch(
    (cause: unknown) => {
      throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `No answer from ${origin}.`, { cause });
    },
  );
  const text = await answer.text();
  if (answer.status === 200) return text;
  throw refusal(answer.status, text, origin);
}

/** What the server says in its own words, if these are a server's of this kind. */
function refusal(status: number, text: string, origin: string): ConfigServerError {
  if (/"status":\s*"INVALID"/.test(text)) {
    return new ConfigServerError('CONFIG_CIPHER_INVALID', 'Text not encrypted with this key');
  }
  if (/"status":\s*"NO_KEY"/.test(text)) return new ConfigServerError('NO_KEY', `${origin} has no such key.`);
  if (status === 401) {
    const message = `${origin} wants to know who asks: give a token as --token-file FILE, or https://user:password@… as --server.`;
    return new ConfigServerError('CONFIG_UNAUTHENTICATED', message);
  }
  if (status === 403) return new ConfigServerError('CONFIG_FORBIDDEN', `${origin} does not let this principal do it.`);
  return new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `${origin} answered ${status}.`);
}

function noKey(): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    'There is no key. Give one as --key-file FILE, name a settings file with `encryption.key` or `encryption.key-store` as --config FILE, or set CAIRN_ENCRYPTION__KEY_FILE.',
  );
}
