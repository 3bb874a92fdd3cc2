import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { ConfigClientError } from '../errors.js';
import type { PemSource, TlsSettings } from '../options/parse-tls.js';
import { readFile } from './read-file.js';

/** What `TlsSettings` lead to at the moment: PEM. */
export interface TlsTexts {
  readonly ca: readonly string[];
  readonly identity: { readonly cert: string; readonly key: string } | undefined;
}

/** @throws CONFIG_OPTIONS_INVALID for a file that cannot be read. */
export async function readTlsTexts({ ca, identity }: TlsSettings): Promise<TlsTexts> {
  const authorities = ca.map((source, index) => textOf(ca.length === 1 ? 'tls.ca' : `tls.ca[${index}]`, source));
  if (identity === undefined) return { ca: await Promise.all(authorities), identity };
  const [cert, key] = await Promise.all([textOf('tls.cert', identity.cert), textOf('tls.key', identity.key)]);
  return { ca: await Promise.all(authorities), identity: { cert, key } };
}

async function textOf(name: string, source: PemSource): Promise<string> {
  if (source.kind === 'pem') return source.text;
  try {
    return new TextDecoder().decode(await readFile(source.path));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw invalid(`${name}: the file ${source.path} cannot be read${code}`, cause);
  }
}

/** Checked part by part, so that what is wrong can be named. @throws CONFIG_OPTIONS_INVALID, without a part of a key. */
export function secureContextOf({ ca, identity }: TlsTexts, { passphrase }: TlsSettings): SecureContext {
  for (const text of ca) certificateOf('tls.ca', text);
  if (identity !== undefined) checkIdentity(identity, passphrase);
  try {
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca.length > 0 && { ca: [...ca] }),
      ...identity,
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch (cause) {
    throw invalid('tls cannot be used', cause);
  }
}

function checkIdentity({ cert, key }: { readonly cert: string; readonly key: string }, passphrase?: string): void {
  if (certificateOf('tls.cert', cert).checkPrivateKey(keyOf(key, passphrase))) return;
  throw invalid('tls.key is not the private key of tls.cert');
}

function certificateOf(name: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw invalid(`${name} is no certificate in PEM`, cause);
  }
}

function keyOf(key: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    throw invalid('tls.key is no private key in PEM, or tls.passphrase is not its passphrase', cause);
  }
}

function invalid(what: string, cause?: unknown): ConfigClientError {
  return new ConfigClientError('CONFIG_OPTIONS_INVALID', `${what}.`, { cause });
}
