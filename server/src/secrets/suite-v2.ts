/**
 * Cairn's own cipher suite: `{v:2}{key:ID}` and Base64 of nonce, text under AES-256-GCM, and tag. Version and key id are
 * bound to the text. A nonce is 96 random bits, so one key is good for 2^32 values.
 */
import { openGcm, sealGcm } from './aes.js';
import { fromBase64, fromUtf8 } from './encodings.js';

export const SUITE_PREFIX = 'v';
export const SUITE_VERSION = '2';

const NONCE_BYTES = 12;

export function sealV2(key: Uint8Array, id: string, text: string): string {
  return sealGcm(key, Buffer.from(text), { ivBytes: NONCE_BYTES, bound: boundText(id) }).toString('base64');
}

/** What `sealV2` was given; undefined for anything it did not make with the same key and id. */
export function openV2(key: Uint8Array, id: string, sealed: string): string | undefined {
  const plain = openGcm(key, fromBase64(sealed) ?? Buffer.alloc(0), { ivBytes: NONCE_BYTES, bound: boundText(id) });
  return plain === undefined ? undefined : fromUtf8(plain);
}

function boundText(id: string): Buffer {
  return Buffer.from(`{${SUITE_PREFIX}:${SUITE_VERSION}}{key:${id}}`);
}
