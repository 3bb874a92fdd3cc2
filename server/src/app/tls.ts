import { open } from 'node:fs/promises';
import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { createTls, type Tls } from '../security/tls.js';
import type { TlsMaterial } from '../security/tls-material.js';
import { systemReason } from '../settings/secret-files.js';
import { isTlsOn, type TlsSettings } from '../settings/sections/tls.js';
import { systemClock } from '../vault/clock.js';

const maxFileBytes = 4 * 1024 * 1024;

/** TLS as the settings describe it; null: the server is reached in clear. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function tlsOf(settings: TlsSettings, emit: Emit): Tls | null {
  if (!isTlsOn(settings)) return null;
  checkSettings(settings);
  return createTls({
    clientAuthentication: settings['client-authentication'],
    minVersion: settings['min-version'],
    ciphers: [],
    read: () => readMaterial(settings),
    lookEveryMs: settings['look-interval'],
    clock: systemClock,
    emit,
  });
}

function checkSettings(settings: TlsSettings): void {
  need(settings, 'certificate');
  need(settings, 'key');
  if (settings['client-authentication'] !== 'none') need(settings, 'client-ca-certificates');
}

type Given = 'certificate' | 'key' | 'client-ca-certificates';

function need(settings: TlsSettings, name: Given): void {
  const file = `${name}-file` as const;
  const [text, path] = [settings[name], settings[file]];
  if (text !== null && path !== null) throw invalid(`\`server.tls.${name}\` and \`server.tls.${file}\` are both there`);
  if (text === null && path === null) throw invalid(`\`server.tls.${file}\` is missing`);
}

async function readMaterial(settings: TlsSettings): Promise<TlsMaterial> {
  const given = async (name: Given): Promise<string> => {
    const path = settings[`${name}-file`];
    return path === null ? (settings[name] ?? '') : (await readBounded(path, `${name}-file`)).toString('latin1');
  };
  const asks = settings['client-authentication'] !== 'none';
  return {
    certificate: await given('certificate'),
    key: await given('key'),
    keyPassphrase: settings['key-passphrase'],
    clientAuthorities: asks ? await given('client-ca-certificates') : null,
    revocationLists: asks
      ? await Promise.all(settings['revocation-list-files'].map((path) => readBounded(path, 'revocation-list-files')))
      : [],
  };
}

/** The messages name the setting and not the path: they are shown in health, too. */
async function readBounded(path: string, setting: string): Promise<Buffer> {
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

function unusable(setting: string, why: string): ConfigServerError {
  return new ConfigServerError('CONFIG_TLS_INVALID', `TLS: the file of \`server.tls.${setting}\` ${why}.`);
}

function invalid(what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `${what}.`);
}
