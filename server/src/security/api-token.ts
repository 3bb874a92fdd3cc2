import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createPrincipal, type Role } from './principal.js';
import { createRoster, type Roster } from './roster.js';
import { bearerTokenOf, refused, type Scheme } from './scheme.js';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token as a whole. It has 256 random bits, so that nothing slower is needed. */
  readonly hash: Buffer;
  readonly roles: readonly Role[];
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
}

/** `cairn_<id>_<secret>`: the id finds the entry, the prefix lets scanners find a token that has leaked. */
const form = /^cairn_([a-z0-9]{4,32})_[A-Za-z0-9_-]{43}$/;
const hashForm = /^sha256\$([A-Za-z0-9_-]{43})$/;
const noToken = Buffer.alloc(32);

export interface ApiTokenOptions {
  readonly tokens: Roster<ApiToken>;
  readonly now: () => number;
}

export function createTokenRoster(tokens: readonly ApiToken[]): Roster<ApiToken> {
  return createRoster({
    entries: tokens,
    keyOf: ({ id }) => id,
    principalOf: ({ name, roles, expiresAt }) => createPrincipal({ name, scheme: 'api-token', roles, expiresAt }),
  });
}

/** Tokens of our own, as `Authorization: Bearer cairn_…`. */
export function createApiTokenScheme({ tokens, now }: ApiTokenOptions): Scheme {
  return {
    name: 'api-token',
    get challenge() {
      return tokens.members.size === 0 ? null : 'Bearer';
    },
    takes: (credential) => bearerTokenOf(credential).startsWith('cairn_'),
    verify: (credential) => {
      const token = bearerTokenOf(credential);
      const known = tokens.members.get(apiTokenId(token) ?? '');
      const isRight = timingSafeEqual(digest(token), known?.entry.hash ?? noToken);
      if (known === undefined) return Promise.resolve(refused('there is no token of this id'));
      const { id, expiresAt } = known.entry;
      if (!isRight) return Promise.resolve(refused(`the secret of the token ${id} is wrong`));
      if (expiresAt !== null && expiresAt <= now()) return Promise.resolve(refused(`the token ${id} has expired`));
      return Promise.resolve({ kind: 'recognized', principal: known.principal });
    },
  };
}

/** The id within a token; undefined where `token` has not the form of one. */
export function apiTokenId(token: string): string | undefined {
  return form.exec(token)?.[1];
}

const idLetters = 'abcdefghijklmnopqrstuvwxyz234567';

export function makeApiToken(): string {
  const id = [...randomBytes(12)].map((byte) => idLetters.charAt(byte % idLetters.length)).join('');
  return `cairn_${id}_${randomBytes(32).toString('base64url')}`;
}

/** `sha256$…`, as settings write it. */
export function formatTokenHash(token: string): string {
  return `sha256$${digest(token).toString('base64url')}`;
}

export function parseTokenHash(text: string): Buffer | undefined {
  const [, hash] = hashForm.exec(text) ?? [];
  return hash === undefined ? undefined : Buffer.from(hash, 'base64url');
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
