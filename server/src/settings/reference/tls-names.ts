import { splitList } from '../lists.js';
import type { NamedSetting } from './named-setting.js';

const clientAuth = new Map([
  ['need', 'required'],
  ['want', 'optional'],
]);

/** `file:/etc/tls.crt` is `/etc/tls.crt`. */
function pathOf(location: string): string {
  return location.replace(/^file:(?:\/\/(?=\/))?/, '');
}

/** `TLSv1.2,TLSv1.3` is from 1.2 on. */
function oldestOf(text: string): string {
  const versions = splitList(text).sort().join();
  const oldest = new Map([
    ['TLSv1.3', '1.3'],
    ['TLSv1.2,TLSv1.3', '1.2'],
  ]);
  return oldest.get(versions) ?? text;
}

const pem = (name: string, to: string): NamedSetting => ({
  name: `server.ssl.${name}`,
  to: `server.tls.${to}-file`,
  pemTo: `server.tls.${to}`,
  convert: pathOf,
});

/** What of `server.ssl` is taken. */
export const tlsSettings: readonly NamedSetting[] = [
  { name: 'server.ssl.enabled', to: 'server.tls.enabled' },
  pem('certificate', 'certificate'),
  pem('certificate-private-key', 'key'),
  pem('trust-certificate', 'client-ca-certificates'),
  { name: 'server.ssl.key-password', to: 'server.tls.key-passphrase' },
  { name: 'server.ssl.key-store', to: 'server.tls.key-store.location', convert: pathOf },
  { name: 'server.ssl.key-store-password', to: 'server.tls.key-store.password' },
  { name: 'server.ssl.key-alias', to: 'server.tls.key-store.alias' },
  { name: 'server.ssl.trust-store', to: 'server.tls.trust-store.location', convert: pathOf },
  { name: 'server.ssl.trust-store-password', to: 'server.tls.trust-store.password' },
  { name: 'server.ssl.ciphers', to: 'server.tls.ciphers' },
  {
    name: 'server.ssl.enabled-protocols',
    to: 'server.tls.min-version',
    convert: oldestOf,
    taken: 'TLSv1.2 and TLSv1.3, or TLSv1.3 alone',
  },
  {
    name: 'server.ssl.client-auth',
    to: 'server.tls.client-authentication',
    convert: (text) => clientAuth.get(text.toLowerCase()) ?? text,
    taken: 'none, want or need',
  },
];

export const tlsNames: string = `what is taken is ${tlsSettings.map(({ name }) => name).join(', ')}`;
