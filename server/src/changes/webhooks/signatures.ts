import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const hexDigest = /^[0-9a-f]{64}$/i;
const comparing = randomBytes(32);

export interface HmacCheck {
  readonly secret: string;
  readonly body: string | Uint8Array;
  /** The signature as it was sent. */
  readonly given: string | undefined;
  /** What stands in front of the digits. */
  readonly prefix?: string;
}

/** Whether `given` is the HMAC-SHA-256 of `body`, in hexadecimal digits. */
export function isHexHmac({ secret, body, given = '', prefix = '' }: HmacCheck): boolean {
  const digits = given.startsWith(prefix) ? given.slice(prefix.length) : '';
  if (!hexDigest.test(digits)) return false;
  return timingSafeEqual(hmac(secret, body), Buffer.from(digits, 'hex'));
}

/** Whether `given` is the HMAC-SHA-256 of `body`, in Base64. */
export function isBase64Hmac({ secret, body, given = '' }: HmacCheck): boolean {
  return isSameText(given, hmac(secret, body).toString('base64'));
}

/** Whether a header says `expected`; how long it takes tells nothing of it, not even its length. */
export function isSameText(given: string | undefined, expected: string): boolean {
  // Node reads the bytes of headers as latin1.
  const digests = [Buffer.from(given ?? '', 'latin1'), Buffer.from(expected)].map((bytes) =>
    createHmac('sha256', comparing).update(bytes).digest(),
  );
  const [one, other] = digests;
  return one !== undefined && other !== undefined && timingSafeEqual(one, other) && given !== undefined;
}

function hmac(secret: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}
