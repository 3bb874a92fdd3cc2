import { readFile } from 'node:fs/promises';
import { loadSettings } from '../app/load-settings.js';
import { localTextCiphers, remoteTextCiphers } from '../app/text-ciphers.js';
import type { TextCiphers } from '../app/text-ciphers.js';
import { ConfigServerError } from '../core/errors.js';
import type { LoadRequest } from '../settings/load.js';
import type { SettingsFormat } from '../settings/recognize.js';
import type { ProgramContext } from './context.js';
import { readInput } from './input.js';

/** Arguments after `encrypt` and `decrypt`. */
export interface CipherOptions {
  readonly config?: string;
  readonly configFormat?: SettingsFormat;
  readonly keyFile?: string;
  readonly suite?: string;
  readonly server?: string;
  readonly tokenFile?: string;
  readonly json?: true;
}

/** Prints the `{cipher}` value of `text`, or of what standard input holds. */
export async function encrypt(
  text: string | undefined,
  options: CipherOptions,
  context: ProgramContext,
): Promise<number> {
  const ciphers = await ciphersFor(options, context);
  const value = await ciphers.encrypt(await textOf(text, context));
  context.stdout.write(`${options.json === true ? JSON.stringify({ value }) : value}\n`);
  return 0;
}

/** Prints the text of a `{cipher}` value; 1 where it cannot be decrypted. */
export async function decrypt(
  value: string | undefined,
  options: CipherOptions,
  context: ProgramContext,
): Promise<number> {
  const ciphers = await ciphersFor(options, context);
  const text = await ciphers.decrypt(await textOf(value, context));
  context.stdout.write(`${options.json === true ? JSON.stringify({ text }) : text}\n`);
  return 0;
}

async function textOf(argument: string | undefined, { stdin }: ProgramContext): Promise<string> {
  if (argument !== '') return argument ?? readInput(stdin);
  throw new ConfigServerError('CONFIG_SETTINGS_INVALID', 'There is no text: the argument is empty.');
}

async function ciphersFor(options: CipherOptions, context: ProgramContext): Promise<TextCiphers> {
  const { server, tokenFile } = options;
  if (server !== undefined) return remoteTextCiphers({ url: serverUrl(server), token: await tokenIn(tokenFile) });
  const { settings } = await loadSettings(loadRequest(options, context));
  return localTextCiphers(settings.encryption);
}

/** Only what a header takes: a request that breaks would show it. */
async function tokenIn(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const token = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
  if (/^[\x21-\x7e]{1,16384}$/.test(token)) return token;
  throw new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    '`--token-file` takes a file with a token, which can be read.',
  );
}

function serverUrl(text: string): URL {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw new ConfigServerError('CONFIG_SETTINGS_INVALID', '`--server` takes a URL such as http://127.0.0.1:8888');
}

function loadRequest(options: CipherOptions, context: ProgramContext): LoadRequest {
  const { config, configFormat, keyFile, suite } = options;
  const values = new Map<string, { name: string; value: string }>();
  if (suite !== undefined) values.set('encryption.suite', { name: '--suite', value: suite });
  if (keyFile !== undefined) {
    values.set('encryption.key-file', { name: '--key-file', value: keyFile });
    // It would win over the key.
    values.set('encryption.key-store.location', { name: '--key-file', value: '' });
  }
  return {
    values,
    environment: context.environment,
    withoutServing: true,
    ...(config === undefined ? {} : { config }),
    ...(configFormat === undefined ? {} : { format: configFormat }),
  };
}
