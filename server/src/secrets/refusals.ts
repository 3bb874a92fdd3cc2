import { ConfigServerError } from '../core/errors.js';

/** The one answer for a text that cannot be decrypted, whatever the reason; the reason is kept nowhere. */
export function undecryptable(): ConfigServerError {
  return new ConfigServerError('CONFIG_CIPHER_INVALID', 'Text not encrypted with this key');
}

export function noKey(): ConfigServerError {
  return new ConfigServerError('NO_KEY', 'No key was installed for encryption service');
}

export function noPublicKey(): ConfigServerError {
  return new ConfigServerError('CONFIG_PUBLIC_KEY_NOT_FOUND', 'No public key available');
}

export function decryptionUnsupported(): ConfigServerError {
  return new ConfigServerError('CONFIG_DECRYPTION_UNSUPPORTED', 'Server-side decryption is not supported');
}

/** The server does not start: `what` names the setting and never a secret. */
export function keyRefused(what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', what);
}
