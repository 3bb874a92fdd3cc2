import type { NamedSetting } from './named-setting.js';

const clientAuth = new Map([
  ['need', 'required'],
  ['want', 'optional'],
]);

/** `file:/etc/tls.crt` is `/etc/tls.crt`. */
function pathOf(location: string): string {
  return location.replace(/^file:(?:\/\/(?=\/))?/, '');
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
  {
    name: 'server.ssl.client-auth',
    to: 'server.tls.client-authentication',
    convert: (text) => clientAuth.get(text.toLowerCase()) ?? text,
    taken: 'none, want or need',
  },
];

export const tlsNames: string = `what is taken is ${tlsSettings.map(({ name }) => name).join(', ')}`;
