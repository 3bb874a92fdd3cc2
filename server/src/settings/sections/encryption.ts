import { z } from 'zod';

import { choice, flag, optionalText, text } from '../fields.js';
import { textList } from '../lists.js';
import type { SettingType } from '../facts.js';

export interface KeyStoreSettings {
  readonly location: string | null;
  readonly password: string | null;
  readonly alias: string | null;
  readonly secret: string | null;
}

export interface RsaSettings {
  readonly algorithm: 'default' | 'oaep';
  readonly strong: boolean;
  readonly salt: string;
}

export interface AgeSettings {
  readonly identities: string | null;
}

export interface EncryptionSettings {
  readonly enabled: boolean;
  readonly key: string | null;
  readonly salt: string;
  readonly 'previous-keys': readonly string[];
  readonly 'key-store': KeyStoreSettings;
  readonly rsa: RsaSettings;
  readonly suite: 'reference' | 'v2';
  readonly 'plain-text': boolean;
  readonly 'prefix-invalid': boolean;
  readonly 'fail-on-error': boolean;
  readonly age: AgeSettings;
  readonly sops: boolean;
}

const reference = (name: string): { readonly reference: readonly string[] } => ({ reference: [`encrypt.${name}`] });
const served = (name: string): { readonly reference: readonly string[] } => ({
  reference: [`spring.cloud.config.server.encrypt.${name}`],
});

const keyStore: SettingType<KeyStoreSettings> = z.strictObject({
  location: optionalText({
    taken: 'the path of a file, or `file:` and a path',
    description: 'Key store with RSA keys, JKS or PKCS #12 (told by its content); wins over `encryption.key`.',
    ...reference('key-store.location'),
  }),
  password: optionalText({
    secret: true,
    description: 'Password of the key store.',
    ...reference('key-store.password'),
  }),
  alias: optionalText({
    description: 'Key of new values and of those that name none with `{key:…}`; without it the only key of the store.',
    ...reference('key-store.alias'),
  }),
  secret: optionalText({
    secret: true,
    description: 'Password of that key; without it the one of the key store.',
    ...reference('key-store.secret'),
  }),
});

const rsa: SettingType<RsaSettings> = z.strictObject({
  algorithm: choice({
    default: 'default',
    choices: ['default', 'oaep'],
    description: 'Padding of the RSA keys of a key store: PKCS #1 v1.5, or OAEP. A key in PEM has the default.',
    ...reference('rsa.algorithm'),
  }),
  strong: flag({
    default: false,
    description: 'Whether texts under RSA keys of a key store are encrypted by AES-GCM, not by AES-CBC.',
    ...reference('rsa.strong'),
  }),
  salt: text({
    default: 'deadbeef',
    taken: 'hexadecimal digits, or any text',
    description: 'Salt of texts under RSA keys of a key store.',
    ...reference('rsa.salt'),
  }),
});

const age: SettingType<AgeSettings> = z.strictObject({
  identities: optionalText({
    secret: true,
    taken: 'lines `AGE-SECRET-KEY-1…`, as age-keygen writes them',
    description: 'Private keys of age, one a line, for files that SOPS encrypted.',
  }),
});

export const encryptionSection: SettingType<EncryptionSettings> = z.strictObject({
  enabled: flag({
    default: true,
    description:
      'Whether values that begin with `{cipher}` are decrypted here; else they go out as they are, for clients that decrypt.',
    ...served('enabled'),
  }),
  key: optionalText({
    secret: true,
    taken: 'a text, or an RSA private key in PEM',
    description: 'Key of `{cipher}` values: a password (AES-256), or an RSA private key in PEM.',
    ...reference('key'),
  }),
  salt: text({
    default: 'deadbeef',
    pattern: /^(?:[0-9A-Fa-f]{2})+$/,
    taken: 'an even number of hexadecimal digits',
    description: 'Salt for `encryption.key` where it is a password.',
    ...reference('salt'),
  }),
  'previous-keys': textList({
    secret: true,
    taken: 'a list of keys',
    description: 'Keys that `encryption.key` has replaced; they go on opening values of suite `v2`.',
  }),
  'key-store': keyStore,
  rsa,
  suite: choice({
    default: 'reference',
    choices: ['reference', 'v2'],
    description:
      'Form of new values: `reference`, which Spring Cloud Config Server reads too, or `v2`, which authenticates. Both are always decrypted.',
  }),
  'plain-text': flag({
    default: false,
    description: 'Whether ciphers in JSON, YAML and `.properties` files that are served as text are decrypted too.',
    ...served('plain-text-encrypt'),
  }),
  'prefix-invalid': flag({
    default: true,
    description:
      'Whether a key whose value cannot be decrypted becomes `invalid.<key>: <n/a>`; else it keeps its name and its ciphertext.',
    ...served('prefix-invalid-properties'),
  }),
  'fail-on-error': flag({
    default: true,
    description:
      'Whether a setting that is a `{cipher}` value itself and cannot be decrypted ends the start; else the setting is empty. Says nothing of what is served.',
    ...reference('fail-on-error'),
  }),
  age,
  sops: flag({
    default: true,
    description:
      'Whether files that SOPS encrypted are decrypted, and refused where they cannot be; else they go out as they are written, for clients that decrypt.',
  }),
});
