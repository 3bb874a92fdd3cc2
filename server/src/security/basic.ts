import { createHash } from 'node:crypto';
import type { BoundedGate } from './bounded-gate.js';
import type { PasswordHash } from './password-hash.js';
import { createPrincipal, type Principal, type Role } from './principal.js';
import { refused, type Scheme } from './scheme.js';

export interface BasicUser {
  readonly name: string;
  readonly hash: PasswordHash;
  readonly roles: readonly Role[];
}

export interface BasicOptions {
  /** At least one. */
  readonly users: readonly BasicUser[];
  readonly gate: BoundedGate;
  /** Whether a password has a hash: `isPasswordOf`. */
  readonly verify: (password: string, hash: PasswordHash) => Promise<boolean>;
}

/** HTTP Basic (RFC 7617), in UTF-8. */
export function createBasicScheme({ users, gate, verify }: BasicOptions): Scheme {
  const known = new Map(users.map((user) => [user.name.normalize('NFC'), principalOf(user)]));
  const hashes = new Map(users.map(({ name, hash }) => [name.normalize('NFC'), hash]));
  const decoys = users.map(({ hash }) => hash);
  return {
    name: 'basic',
    challenge: 'Basic',
    takes: ({ kind }) => kind === 'basic',
    async verify(credential, signal) {
      const parsed = credential.kind === 'basic' ? userPassOf(credential.encoded) : undefined;
      if (parsed === undefined) return refused('it is not a user name and a password in Base64 and UTF-8');
      const { name, password } = parsed;
      const hash = hashes.get(name) ?? decoyFor(name, decoys);
      const isRight = await gate(() => verify(password, hash), signal);
      const principal = known.get(name);
      if (principal === undefined) return refused('there is no such user');
      return isRight ? { kind: 'recognized', principal } : refused('the password is wrong');
    },
  };
}

function principalOf({ name, roles }: BasicUser): Principal {
  return createPrincipal({ name, scheme: 'basic', roles });
}

/** Work for a name that nobody has, as dear as that of someone: always the same one's, so that asking twice tells nothing. */
function decoyFor(name: string, hashes: readonly PasswordHash[]): PasswordHash {
  const position = createHash('sha256').update(name).digest().readUInt32BE() % hashes.length;
  const [first] = hashes;
  if (first === undefined) throw new TypeError('there is no user');
  return hashes[position] ?? first;
}

export interface UserPass {
  readonly name: string;
  readonly password: string;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 7617 §2: the name ends at the first colon; control characters are in neither. Undefined: it is none. */
export function userPassOf(encoded: string): UserPass | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is not Base64; each credential has one form only.
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = decode(bytes);
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 1 || /\p{Cc}/u.test(text)) return undefined;
  return { name: text.slice(0, colon).normalize('NFC'), password: text.slice(colon + 1) };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
