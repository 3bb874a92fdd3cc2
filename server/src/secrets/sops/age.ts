import type { Decrypter } from 'age-encryption';
import { ConfigServerError } from '../../core/errors.js';

/** Private keys of age by their recipient (`age1…`). This is the one importer of `age-encryption`. */
export interface AgeIdentities {
  readonly size: number;
  has(recipient: string): boolean;
  /** What the armored `file` holds, or undefined where it does not authenticate or is not for `recipient`. */
  decrypt(recipient: string, file: string): Promise<Uint8Array | undefined>;
}

/** More than a data key takes with a key that resists quantum computers. */
const longestFile = 16_384;

/**
 * Reads an identity file as `age-keygen` writes it: one `AGE-SECRET-KEY-1…` a line, with comments.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID
 */
export async function readAgeIdentities(text: string): Promise<AgeIdentities> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.flatMap((key, index) => (key === '' || key.startsWith('#') ? [] : { key, line: index + 1 }));
  if (keys.length === 0) return noIdentities;
  const { Decrypter, armor, identityToRecipient } = await import('age-encryption');
  const decrypters = new Map<string, Decrypter>();
  for (const { key, line } of keys) {
    const decrypter = new Decrypter();
    const recipient = await recipientOf(key, line, identityToRecipient);
    decrypter.addIdentity(key);
    decrypters.set(recipient, decrypter);
  }
  return {
    size: decrypters.size,
    has: (recipient) => decrypters.has(recipient),
    async decrypt(recipient, file) {
      const decrypter = decrypters.get(recipient);
      if (decrypter === undefined || file.length > longestFile) return undefined;
      try {
        return await decrypter.decrypt(armor.decode(file));
      } catch {
        // Its errors tell where the file was changed, which nobody is to learn.
        return undefined;
      }
    },
  };
}

/** What a server without keys has. */
export const noIdentities: AgeIdentities = {
  size: 0,
  has: () => false,
  decrypt: () => Promise.resolve(undefined),
};

async function recipientOf(key: string, line: number, toRecipient: (key: string) => Promise<string>): Promise<string> {
  try {
    return await toRecipient(key);
  } catch {
    throw new ConfigServerError(
      'CONFIG_SETTINGS_INVALID',
      `\`encryption.age.identities\`: line ${line} is no age identity; lines \`AGE-SECRET-KEY-1…\` as age-keygen writes them would be taken, not encrypted and not of SSH or a plugin.`,
    );
  }
}
