import { createPublicKey, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What is acknowledged of a log: everything from record `first` to record `count`. */
export interface Head {
  readonly log: string;
  /** Which chain it is: 16 random bytes, made with the log. */
  readonly chain: string;
  /** Grows with each head. */
  readonly number: number;
  /** The oldest record that is kept, and the hash before it. */
  readonly first: number;
  readonly start: string;
  /** The newest acknowledged record, and its hash. */
  readonly count: number;
  readonly hash: string;
  /** ISO 8601. */
  readonly time: string;
}

/** A head with who signed it. */
export interface SignedHead extends Head {
  /** The signing key's fingerprint. */
  readonly key: string;
  /** Ed25519 over the head's own text, in base64url. */
  readonly signature: string;
}

/** Signs heads; its private key never leaves it. */
export interface Signer {
  /** SHA-256 of the public key (SPKI in DER), 32 hexadecimal digits of it. */
  readonly key: string;
  /** SPKI in PEM. */
  readonly publicKey: string;
  readonly verifier: KeyObject;
  sign(head: Head): SignedHead;
}

export function createSigner(privateKey: KeyObject): Signer {
  const publicKey = createPublicKey(privateKey);
  const key = fingerprint(publicKey);
  return {
    key,
    verifier: publicKey,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (head) => ({ ...head, key, signature: sign(null, signedText(head, key), privateKey).toString('base64url') }),
  };
}

export function fingerprint(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 32);
}

/** Whether `publicKey` signed it. */
export function isSignedBy(head: SignedHead, publicKey: KeyObject): boolean {
  const { key, signature } = head;
  return (
    key === fingerprint(publicKey) &&
    verify(null, signedText(head, key), publicKey, Buffer.from(signature, 'base64url'))
  );
}

/** One line of JSON, members in their order. */
export function headText(head: SignedHead): string {
  const { key, signature } = head;
  return JSON.stringify({ ...ordered(head), key, signature });
}

/** A head that `headText` wrote; undefined: it is none. Whether it is signed is another question. */
export function parseHead(text: string): SignedHead | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const head = parsed as Record<string, unknown>;
  const isHead = texts.every((name) => typeof head[name] === 'string') && numbers.every((name) => isCount(head[name]));
  // The very text is what is signed: another way to write the same is not taken.
  return isHead && headText(parsed as SignedHead) === text ? (parsed as SignedHead) : undefined;
}

const texts = ['log', 'chain', 'start', 'hash', 'time', 'key', 'signature'];
const numbers = ['number', 'first', 'count'];

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function signedText(head: Head, key: string): Buffer {
  return Buffer.from(`cairn audit head\n${JSON.stringify({ ...ordered(head), key })}`);
}

function ordered({ log, chain, number, first, start, count, hash: digest, time }: Head): Head {
  return { log, chain, number, first, start, count, hash: digest, time };
}
