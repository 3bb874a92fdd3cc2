import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { systemCode } from '../core/system-code.js';
import { checkMaterial, tlsInvalid, type CheckedMaterial, type TlsMaterial } from './tls-material.js';

export type TlsVersion = '1.2' | '1.3';

export interface TlsRules {
  readonly minVersion: TlsVersion;
  /** Names as OpenSSL has them; empty: all of `cipherSuites`. */
  readonly ciphers: readonly string[];
}

/** Forward secrecy and authenticated encryption, nothing else: by the names of the standard, and by OpenSSL's. */
export const cipherSuites: ReadonlyMap<string, string> = new Map([
  ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384'],
  ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
]);

/** What Node is given for a listener, tried out: material that does not work throws here and not at a handshake. */
export interface TlsContext {
  readonly options: SecureContextOptions;
  readonly checked: CheckedMaterial;
}

/** @throws ConfigServerError CONFIG_TLS_INVALID */
export function contextOf(material: TlsMaterial, rules: TlsRules): TlsContext {
  const checked = checkMaterial(material);
  const { certificate, key, keyPassphrase, clientAuthorities, revocationLists } = material;
  const options: SecureContextOptions = {
    cert: certificate,
    key,
    ...(keyPassphrase !== null && { passphrase: keyPassphrase }),
    ...(clientAuthorities !== null && { ca: checked.authorities.map(String) }),
    ...(revocationLists.length > 0 && { crl: revocationLists.map(({ pem }) => pem) }),
    minVersion: `TLSv${rules.minVersion}`,
    ciphers: (rules.ciphers.length > 0 ? rules.ciphers : [...cipherSuites.values()]).join(':'),
    honorCipherOrder: true,
  };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw tlsInvalid(`what was read cannot be used (${systemCode(cause) ?? 'it is malformed'})`);
  }
  return { options, checked };
}
