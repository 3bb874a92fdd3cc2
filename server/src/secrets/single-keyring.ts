import { createHmac } from 'node:crypto';

import type { CipherKey } from './cipher-key.js';
import type { Keyring } from './keyring.js';

/** A ring of the one key that new values are given, and of those before it, which only suite v2 can tell apart. */
export function createSingleKeyring(current: CipherKey, previous: readonly CipherKey[] = []): Keyring {
  return {
    find: () => Promise.resolve({ key: current, id: () => keyId(current) }),
    findById: async (id) => {
      for (const key of [current, ...previous]) if ((await keyId(key)) === id) return key;
      return undefined;
    },
  };
}

/** Eight characters that tell keys apart and tell nothing of them. */
async function keyId({ authenticated }: CipherKey): Promise<string> {
  const key = await authenticated?.();
  return key === undefined ? '' : createHmac('sha256', key).update('key id').digest('hex').slice(0, 8);
}
