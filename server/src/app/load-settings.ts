import { loadSettings as load } from '../settings/load.js';
import type { LoadedSettings, LoadRequest } from '../settings/load.js';
import { ciphersOf } from './encryption.js';

/**
 * Lays the sources of settings one on another: defaults, file, `SPRING_…`, `CAIRN_…`, arguments; later wins. Settings that
 * begin with `{cipher}` are decrypted.
 *
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID with everything that is wrong, CONFIG_SECURITY_UNSETTLED
 *
 * @example
 * const { settings, notices } = await loadSettings({ config: 'cairn.yml', environment: process.env });
 */
export function loadSettings(request: LoadRequest): Promise<LoadedSettings> {
  return load(request, async (encryption) => {
    const ciphers = await ciphersOf(encryption);
    return (cipher) => ciphers.decrypt(cipher);
  });
}
