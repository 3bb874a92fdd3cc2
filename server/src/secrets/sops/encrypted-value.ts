import { createDecipheriv } from 'node:crypto';

/** `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. */
export interface EncryptedValue {
  readonly data: Uint8Array;
  readonly iv: Uint8Array;
  readonly tag: Uint8Array;
  readonly type: string;
}

const form =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/]+={0,2}),iv:([A-Za-z0-9+/]+={0,2}),tag:([A-Za-z0-9+/]+={0,2}),type:([a-z0-9]+)\]$/;

/** SOPS writes 32 bytes, other programs of its format 12. */
const longestIv = 64;
export const KEY_LENGTH = 32;
const tagLength = 16;

/** The parts of an encrypted value; undefined where it is not of that form to the last bit. */
export function parseEncrypted(text: string): EncryptedValue | undefined {
  const [, data, iv, tag, type] = form.exec(text) ?? [];
  const parts = { data: base64(data), iv: base64(iv), tag: base64(tag) };
  if (parts.data === undefined || parts.iv === undefined || parts.tag === undefined || type === undefined)
    return undefined;
  if (parts.tag.length !== tagLength || parts.iv.length > longestIv) return undefined;
  return { data: parts.data, iv: parts.iv, tag: parts.tag, type };
}

/** There and back, so that no two texts are the same bytes. */
function base64(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The bytes that were encrypted; undefined where they, or `authenticated`, are not what they were then. */
export function decryptValue(
  { data, iv, tag }: EncryptedValue,
  key: Uint8Array,
  authenticated: string,
): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(authenticated));
  decipher.setAuthTag(tag);
  const start = decipher.update(data);
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    return undefined;
  }
}
