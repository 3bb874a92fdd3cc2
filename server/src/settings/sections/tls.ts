import { z } from 'zod';

import { choice, optionalFlag, optionalText } from '../fields.js';
import type { SettingType } from '../facts.js';
import { textList } from '../lists.js';
import { duration, wholeNumber } from '../quantities.js';

/** How the server is reached over TLS. Files are read again when they change. */
export interface TlsSettings {
  readonly enabled: boolean | null;
  readonly certificate: string | null;
  readonly 'certificate-file': string | null;
  readonly key: string | null;
  readonly 'key-file': string | null;
  readonly 'key-passphrase': string | null;
  readonly 'key-store': {
    readonly location: string | null;
    readonly password: string | null;
    readonly alias: string | null;
  };
  readonly 'trust-store': { readonly location: string | null; readonly password: string | null };
  readonly ciphers: readonly string[];
  readonly 'client-authentication': 'none' | 'optional' | 'required';
  readonly 'client-ca-certificates': string | null;
  readonly 'client-ca-certificates-file': string | null;
  readonly 'revocation-list-files': readonly string[];
  readonly 'min-version': '1.2' | '1.3';
  readonly 'hsts-max-age': number;
  readonly 'look-interval': number;
}

const file = 'the path of a file in PEM form';

export const tlsSection: SettingType<TlsSettings> = z.strictObject({
  enabled: optionalFlag({
    fallback: 'true where there is a certificate',
    description: 'Whether the server speaks TLS; `false` leaves the rest of the section without effect.',
    reference: ['server.ssl.enabled'],
  }),
  certificate: optionalText({
    taken: 'certificates in PEM form',
    description:
      "The server's certificate and those that lead from it to an authority, as text. Better `certificate-file`, which can be replaced while the server runs.",
  }),
  'certificate-file': optionalText({
    taken: file,
    description:
      "File with the server's certificate and those that lead from it to an authority. Read again when it changes, with its key: both or neither.",
    reference: ['server.ssl.certificate'],
  }),
  key: optionalText({
    secret: true,
    taken: 'a private key in PEM form',
    description: 'Key of the certificate, as text.',
  }),
  'key-file': optionalText({
    taken: file,
    description: 'File with the key of the certificate.',
    reference: ['server.ssl.certificate-private-key'],
  }),
  'key-passphrase': optionalText({
    secret: true,
    description: 'Passphrase of the key; none where it is not locked.',
    reference: ['server.ssl.key-password'],
  }),
  'key-store': z.strictObject({
    location: optionalText({
      taken: 'the path of a key store (PKCS #12 or JKS)',
      description: 'Key store with key and certificate, instead of files in PEM form. Read again when it changes.',
      reference: ['server.ssl.key-store'],
    }),
    password: optionalText({
      secret: true,
      description: 'Password of the key store; that of the key is `key-passphrase`, where it is another.',
      reference: ['server.ssl.key-store-password'],
    }),
    alias: optionalText({
      description: 'Which key; none: the only one there is.',
      reference: ['server.ssl.key-alias'],
    }),
  }),
  'trust-store': z.strictObject({
    location: optionalText({
      taken: 'the path of a key store (PKCS #12 or JKS)',
      description:
        'Key store with the authorities that may sign certificates of clients, instead of a file in PEM form.',
      reference: ['server.ssl.trust-store'],
    }),
    password: optionalText({
      secret: true,
      description: 'Password of the trust store.',
      reference: ['server.ssl.trust-store-password'],
    }),
  }),
  ciphers: textList({
    taken:
      'a list of cipher suites with forward secrecy and authenticated encryption, by the names of the standard or of OpenSSL',
    description: 'Cipher suites, the preferred one first; none: all that are taken.',
    reference: ['server.ssl.ciphers'],
  }),
  'client-authentication': choice({
    default: 'none',
    choices: ['none', 'optional', 'required'],
    description:
      'Whether clients show a certificate: nobody is asked for one, who has one shows it, or nobody comes in without. One that is shown must be right.',
    reference: ['server.ssl.client-auth'],
  }),
  'client-ca-certificates': optionalText({
    taken: 'certificates in PEM form',
    description: 'Authorities that may sign certificates of clients, as text.',
  }),
  'client-ca-certificates-file': optionalText({
    taken: file,
    description: 'File with the authorities that may sign certificates of clients; nobody else may.',
    reference: ['server.ssl.trust-certificate'],
  }),
  'revocation-list-files': textList({
    taken: 'a list of paths of revocation lists (CRL), in PEM or DER',
    description:
      'Certificates of clients that their authority has taken back. With one, there must be one of every authority that leads to a client, and one past its end lets nobody in.',
  }),
  'min-version': choice({
    default: '1.2',
    choices: ['1.2', '1.3'],
    description: 'Oldest version of TLS that is spoken.',
    reference: ['server.ssl.enabled-protocols'],
  }),
  'hsts-max-age': wholeNumber({
    default: 31_536_000,
    min: 0,
    max: 63_072_000,
    description:
      'Seconds for which browsers are told to come by TLS only (`Strict-Transport-Security`); 0 tells them nothing.',
  }),
  'look-interval': duration({
    default: '10s',
    min: 100,
    description: 'How often the files are looked at for a change.',
  }),
});

/** Whether the server speaks TLS. */
export function isTlsOn(settings: TlsSettings): boolean {
  const given = settings.certificate ?? settings['certificate-file'] ?? settings['key-store'].location;
  return settings.enabled ?? given !== null;
}
