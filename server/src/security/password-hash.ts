import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A password under scrypt (RFC 7914), as settings write it: `scrypt$N$r$p$salt$hash`, the last two in Base64url. */
export interface PasswordHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** How dear a computation is. */
export type ScryptCost = Pick<PasswordHash, 'cost' | 'blockSize' | 'parallelization'>;

/** 32 MiB and about 0.2 s. */
export const defaultScryptCost: ScryptCost = { cost: 2 ** 15, blockSize: 8, parallelization: 2 };

const form = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{11,86})\$([A-Za-z0-9_-]{43,86})$/;
const leastWork = 2 ** 17;
const mostMemory = 128 * 2 ** 20;
const mostWork = 2 ** 24;

/** Undefined where `text` is none, is too cheap to protect a password, or needs more than 128 MiB. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const [, cost = '', blockSize = '', parallelization = '', salt = '', hash = ''] = form.exec(text) ?? [];
  const parsed = {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
  return isSane(parsed) ? parsed : undefined;
}

function isSane({ cost, blockSize, parallelization }: ScryptCost): boolean {
  const work = cost * blockSize * parallelization;
  const isPowerOfTwo = cost > 1 && Number.isInteger(Math.log2(cost));
  return isPowerOfTwo && work >= leastWork && work <= mostWork && 128 * cost * blockSize <= mostMemory;
}

export function formatPasswordHash(hash: PasswordHash): string {
  const { cost, blockSize, parallelization } = hash;
  const bytes = [hash.salt, hash.hash].map((part) => part.toString('base64url'));
  return ['scrypt', cost, blockSize, parallelization, ...bytes].join('$');
}

export async function hashPassword(password: string, cost: ScryptCost = defaultScryptCost): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { ...cost, salt, hash: await derive(password, { ...cost, salt, hash: Buffer.alloc(32) }) };
}

export async function isPasswordOf(password: string, expected: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, expected), expected.hash);
}

/** RFC 8265: equal texts in different compositions are one password. */
function derive(password: string, { cost, blockSize, parallelization, salt, hash }: PasswordHash): Promise<Buffer> {
  const options = { cost, blockSize, parallelization, maxmem: 2 * mostMemory };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hash.length, options, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}
