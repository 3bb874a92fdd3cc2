import { checkMembers, optionsError } from './check.js';
import { isPem } from './pem.js';

export type PemSource =
  { readonly kind: 'pem'; readonly text: string } | { readonly kind: 'file'; readonly path: string };

/** The option `tls`, checked but for what is in files. */
export interface TlsSettings {
  /** Empty: the well-known authorities. */
  readonly ca: readonly PemSource[];
  readonly identity: { readonly cert: PemSource; readonly key: PemSource } | undefined;
  readonly passphrase: string | undefined;
  readonly servername: string | undefined;
}

/** No message repeats what was given: it may be the key. */
export function parseTls(value: unknown): TlsSettings | undefined {
  if (value === undefined) return undefined;
  const { ca, cert, key, passphrase, servername } = checkMembers('tls', value, [
    'ca',
    'cert',
    'key',
    'passphrase',
    'servername',
  ]);
  if ((cert === undefined) !== (key === undefined)) {
    throw optionsError('tls.cert and tls.key belong together: give both or neither.');
  }
  if (passphrase !== undefined && key === undefined) throw optionsError('tls.passphrase is for tls.key.');
  return {
    ca: parseAuthorities(ca),
    identity: cert === undefined ? undefined : { cert: parsePem('tls.cert', cert), key: parsePem('tls.key', key) },
    passphrase: parseText('tls.passphrase', passphrase),
    servername: parseText('tls.servername', servername),
  };
}

/** Whoever gives `tls` means it: credentials and configuration must not go in clear by a slip in a URL. */
export function checkOverTls(name: string, url: string): void {
  if (new URL(url).protocol === 'https:') return;
  throw optionsError(`${name} (${new URL(url).origin}) is not https://, and tls is given; give one of them otherwise.`);
}

function parseAuthorities(value: unknown): readonly PemSource[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [parsePem('tls.ca', value)];
  if (value.length === 0)
    throw optionsError('tls.ca is an empty list; leave it out to trust the well-known authorities.');
  return value.map((entry: unknown, index) => parsePem(`tls.ca[${index}]`, entry));
}

function parsePem(name: string, value: unknown): PemSource {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  if (typeof text === 'string' && isPem(text)) return { kind: 'pem', text };
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return { kind: 'file', path: value };
  throw optionsError(`${name} must be PEM (it has a line -----BEGIN …-----) or the path of a file that has it.`);
}

function parseText(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw optionsError(`${name} must be a text that is not empty.`);
}
