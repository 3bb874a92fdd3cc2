import { ConfigServerError } from '../core/errors.js';
import { apiTokenId, formatTokenHash, makeApiToken } from '../security/api-token.js';
import { formatPasswordHash, hashPassword } from '../security/password-hash.js';
import { roleNames, type RoleName } from '../settings/sections/roles.js';
import { parseInstant } from '../settings/units.js';

/** What is asked of a new token. */
export interface TokenRequest {
  readonly name: string;
  /** `reader,operator`. */
  readonly roles: string;
  /** `90d`, `2027-01-31`, a time with its zone, or `never`. */
  readonly expires: string;
}

/** What `security.tokens.entries`, and `tokens` of a credentials file, have of a token. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly roles: readonly RoleName[];
  readonly expires?: string;
}

/** A new token and its entry. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function createToken(
  request: TokenRequest,
  now: number,
): { readonly token: string; readonly entry: TokenEntry } {
  const token = makeApiToken();
  return { token, entry: tokenEntry(token, request, now) };
}

/** The entry of a token that there is. @throws ConfigServerError CONFIG_SETTINGS_INVALID, without the token */
export function tokenEntry(token: string, { name, roles, expires }: TokenRequest, now: number): TokenEntry {
  const id = apiTokenId(token);
  if (id === undefined) throw invalid('The text is no token; one that `cairn token create` made would be taken.');
  if (!/^\P{Cc}{1,256}$/u.test(name))
    throw invalid('`--name` takes 1 to 256 characters, none of them a control character.');
  const end = endOf(expires, now);
  return { id, name, hash: formatTokenHash(token), roles: rolesOf(roles), ...(end === null ? {} : { expires: end }) };
}

function rolesOf(written: string): readonly RoleName[] {
  const names = written.split(',').map((name) => name.trim());
  const held = roleNames.filter((role) => names.includes(role));
  if (held.length === new Set(names).size) return held;
  throw invalid(
    `\`--roles\` takes one or more of ${roleNames.join(', ')} between commas, not ${JSON.stringify(written)}.`,
  );
}

function endOf(written: string, now: number): string | null {
  if (written === 'never') return null;
  const [, days] = /^(\d{1,5})d$/.exec(written) ?? [];
  const end = days === undefined ? parseInstant(written) : now + Number(days) * 86_400_000;
  if (end === undefined)
    throw invalid(
      `\`--expires\` takes 90d, 2027-01-31, a time with its zone or never, not ${JSON.stringify(written)}.`,
    );
  if (end <= now) throw invalid('`--expires` names a time that has passed.');
  return new Date(end).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** `password` as `security.basic.users[].password-hash` has it. */
export async function passwordHash(password: string): Promise<string> {
  return formatPasswordHash(await hashPassword(password));
}

function invalid(message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', message);
}
