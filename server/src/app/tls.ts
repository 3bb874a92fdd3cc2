import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { createTls, type Tls } from '../security/tls.js';
import { cipherSuites } from '../security/tls-context.js';
import type { RevocationList, TlsMaterial } from '../security/tls-material.js';
import { isTlsOn, type TlsSettings } from '../settings/sections/tls.js';
import { systemClock } from '../vault/clock.js';
import { revocationListsIn } from './revocation-list.js';
import {
  authoritiesIn,
  createKeyStoreReader,
  keyIn,
  readTlsFile,
  type ChosenKey,
  type ReadKeyStore,
} from './tls-files.js';

/** TLS as the settings describe it; null: the server is reached in clear. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function tlsOf(settings: TlsSettings, emit: Emit): Tls | null {
  if (!isTlsOn(settings)) return null;
  checkSettings(settings);
  const readKeyStore = createKeyStoreReader();
  return createTls({
    clientAuthentication: settings['client-authentication'],
    minVersion: settings['min-version'],
    ciphers: settings.ciphers.map(cipherOf),
    read: () => readMaterial(settings, readKeyStore),
    lookEveryMs: settings['look-interval'],
    clock: systemClock,
    emit,
  });
}

/** By the names of the standard or of OpenSSL. */
function cipherOf(name: string): string {
  const found = cipherSuites.get(name) ?? [...cipherSuites.values()].find((known) => known === name);
  if (found !== undefined) return found;
  const taken = [...cipherSuites.keys()].join(', ');
  throw invalid(
    `\`server.tls.ciphers\` (\`server.ssl.ciphers\`) has ${JSON.stringify(name)}; it takes some of ${taken}`,
  );
}

function checkSettings(settings: TlsSettings): void {
  const { 'key-store': keyStore, 'trust-store': trustStore } = settings;
  need(settings, 'certificate', keyStore.location);
  if (keyStore.location === null) need(settings, 'key', null);
  else if ((settings.key ?? settings['key-file']) !== null)
    throw invalid('`server.tls.key-store` has the key; `server.tls.key-file` is there, too');
  if (settings['client-authentication'] !== 'none') need(settings, 'client-ca-certificates', trustStore.location);
  const paths = [keyStore.location, trustStore.location, ...givenNames.map((name) => settings[`${name}-file`])];
  const foreign = paths.find((path) => path !== null && /^[a-z-]{2,}:/i.test(path));
  if (foreign !== undefined && foreign !== null)
    throw invalid(`\`server.tls\` (\`server.ssl\`) names ${JSON.stringify(foreign)}; it takes paths of files`);
}

const givenNames = ['certificate', 'key', 'client-ca-certificates'] as const;
type Given = (typeof givenNames)[number];

/** One of text, file and key store, and not two of them. */
function need(settings: TlsSettings, name: Given, store: string | null): void {
  const file = `${name}-file` as const;
  const given = [settings[name], settings[file], store].filter((one) => one !== null).length;
  const or = name === 'client-ca-certificates' ? 'trust-store.location' : 'key-store.location';
  if (given === 0) throw invalid(`\`server.tls.${file}\` is missing`);
  if (given > 1)
    throw invalid(
      `Of \`server.tls.${name}\`, \`server.tls.${file}\` and \`server.tls.${or}\` one at the most is taken`,
    );
}

async function readMaterial(settings: TlsSettings, readKeyStore: ReadKeyStore): Promise<TlsMaterial> {
  const { certificate, key } = await readPair(settings, readKeyStore);
  const isAsking = settings['client-authentication'] !== 'none';
  const lists = isAsking ? settings['revocation-list-files'] : [];
  return {
    certificate,
    key,
    keyPassphrase: settings['key-store'].location === null ? settings['key-passphrase'] : null,
    clientAuthorities: isAsking ? await readAuthorities(settings, readKeyStore) : null,
    revocationLists: (await Promise.all(lists.map(readList))).flat(),
  };
}

async function readPair(settings: TlsSettings, readKeyStore: ReadKeyStore): Promise<ChosenKey> {
  const { location, password, alias } = settings['key-store'];
  if (location === null)
    return { certificate: await given(settings, 'certificate'), key: await given(settings, 'key') };
  const entries = await readKeyStore({ setting: 'key-store', location, password: password ?? '' });
  return keyIn(entries, alias, settings['key-passphrase'] ?? password ?? '');
}

async function readAuthorities(settings: TlsSettings, readKeyStore: ReadKeyStore): Promise<string> {
  const { location, password } = settings['trust-store'];
  if (location === null) return given(settings, 'client-ca-certificates');
  return authoritiesIn(await readKeyStore({ setting: 'trust-store', location, password: password ?? '' }));
}

async function given(settings: TlsSettings, name: Given): Promise<string> {
  const path = settings[`${name}-file`];
  return path === null ? (settings[name] ?? '') : (await readTlsFile(path, `${name}-file`)).toString('latin1');
}

async function readList(path: string): Promise<readonly RevocationList[]> {
  return revocationListsIn(await readTlsFile(path, 'revocation-list-files'));
}

function invalid(what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `${what}.`);
}
