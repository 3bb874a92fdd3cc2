import { createHash } from 'node:crypto';
import type { BoundedGate } from './bounded-gate.js';
import type { PasswordHash } from './password-hash.js';
import { createPrincipal, type Role } from './principal.js';
import { createRoster, type Member, type Roster } from './roster.js';
import { refused, type Scheme } from './scheme.js';

export interface BasicUser {
  readonly name: string;
  readonly hash: PasswordHash;
  readonly roles: readonly Role[];
}

export interface BasicOptions {
  readonly users: Roster<BasicUser>;
  readonly gate: BoundedGate;
  /** Whether a password has a hash: `isPasswordOf`. */
  readonly verify: (password: string, hash: PasswordHash) => Promise<boolean>;
}

export function createUserRoster(users: readonly BasicUser[]): Roster<BasicUser> {
  return createRoster({
    entries: users,
    keyOf: ({ name }) => name.normalize('NFC'),
    principalOf: ({ name, roles }) => createPrincipal({ name, scheme: 'basic', roles }),
  });
}

/** HTTP Basic (RFC 7617), in UTF-8. */
export function createBasicScheme({ users, gate, verify }: BasicOptions): Scheme {
  let decoys: Decoys = { of: new Map(), hashes: [] };
  return {
    name: 'basic',
    get challenge() {
      return users.members.size === 0 ? null : 'Basic';
    },
    takes: ({ kind }) => kind === 'basic',
    async verify(credential, signal) {
      const parsed = credential.kind === 'basic' ? userPassOf(credential.encoded) : undefined;
      if (parsed === undefined) return refused('it is not a user name and a password in Base64 and UTF-8');
      const { name, password } = parsed;
      // They may be replaced while the password is checked.
      const { members } = users;
      if (decoys.of !== members) decoys = { of: members, hashes: [...members.values()].map(({ entry }) => entry.hash) };
      const known = members.get(name);
      const hash = known?.entry.hash ?? decoyFor(name, decoys.hashes);
      const isRight = hash !== undefined && (await gate(() => verify(password, hash), signal));
      if (known === undefined) return refused('there is no such user');
      return isRight ? { kind: 'recognized', principal: known.principal } : refused('the password is wrong');
    },
  };
}

interface Decoys {
  readonly of: ReadonlyMap<string, Member<BasicUser>>;
  readonly hashes: readonly PasswordHash[];
}

/**
 * Work for a name that nobody has, as dear as that of someone: always the same one's, so that asking twice tells nothing.
 * Undefined where there is nobody at all.
 */
function decoyFor(name: string, hashes: readonly PasswordHash[]): PasswordHash | undefined {
  if (hashes.length === 0) return undefined;
  return hashes[createHash('sha256').update(name).digest().readUInt32BE() % hashes.length];
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
