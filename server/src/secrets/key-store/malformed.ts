import { ConfigServerError } from '../../core/errors.js';

/** That a key store cannot be used: `why` completes "The key store (…) …" and holds no secret. */
export function keyStoreRefused(why: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    `The key store (\`encryption.key-store\`, \`encrypt.key-store\`) ${why}`,
  );
}

export function malformed(what: string): ConfigServerError {
  return keyStoreRefused(`is damaged or cut off: ${what}`);
}

export function wrongPassword(): ConfigServerError {
  return keyStoreRefused('fails its integrity check: either `password` is wrong, or the file is damaged');
}
