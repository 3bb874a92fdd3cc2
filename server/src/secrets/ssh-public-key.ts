import type { KeyObject } from 'node:crypto';

const KIND = 'ssh-rsa';

/** `ssh-rsa BASE64 comment` (RFC 4253 §6.6). */
export function sshPublicKey(publicKey: KeyObject, comment: string): string {
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const parts = [Buffer.from(KIND), integer(e), integer(n)].flatMap((part) => [lengthOf(part), part]);
  return `${KIND} ${Buffer.concat(parts).toString('base64')} ${comment}`;
}

/** Two's complement: a number whose first bit is set has a zero byte before it. */
function integer(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url');
  return bytes.readUInt8(0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]);
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}
