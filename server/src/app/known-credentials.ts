import type { Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { createApiTokenScheme, createTokenRoster, parseTokenHash, type ApiToken } from '../security/api-token.js';
import { createBasicScheme, createUserRoster, type BasicUser } from '../security/basic.js';
import { createBoundedGate } from '../security/bounded-gate.js';
import { openCredentialsFile, type KnownEntries } from '../security/credentials-file.js';
import { hashPassword, isPasswordOf, parsePasswordHash } from '../security/password-hash.js';
import type { Roster } from '../security/roster.js';
import type { Scheme } from '../security/scheme.js';
import type { Withdrawals } from '../security/withdrawals.js';
import { parseCredentialsFile } from '../settings/credentials-file.js';
import type { SecuritySettings, TokenSettings, UserSettings } from '../settings/sections/security.js';
import type { Settings } from '../settings/schema.js';
import { requireOutside } from './outside.js';
import { securityInvalid } from './security-invalid.js';
import { tokenNotices } from './security-notices.js';

/** Of the four threads that files and names are looked up in, too. */
const passwordsAtOnce = 2;
const mostPasswordsWaiting = 64;
const printed = 'what `cairn token create` and `cairn password hash` print';

/** The schemes of those who are known here by a password or an API token. */
export interface KnownSchemes {
  readonly schemes: readonly Scheme[];
  /** Undefined: there is no credentials file. */
  readonly health?: () => HealthComponent;
  /** Idempotent. */
  close(): void;
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function knownSchemes(settings: Settings, withdrawals: Withdrawals, emit: Emit): Promise<KnownSchemes> {
  const { security, sources } = settings;
  const own = await entriesOfSettings(security);
  const path = security['credentials-file'];
  if (path === null) {
    const { tokens, users } = own;
    return {
      schemes: [
        ...(users.length === 0 ? [] : [basicScheme(createUserRoster(users))]),
        ...(tokens.length === 0 ? [] : [apiTokenScheme(createTokenRoster(tokens))]),
      ],
      close: () => undefined,
    };
  }
  requireOutside('security.credentials-file', path, sources);
  const warn = (tokens: readonly ApiToken[]): void => {
    for (const message of tokenNotices(tokens, Date.now())) emit({ type: 'notice', message });
  };
  const parse = (bytes: Uint8Array): KnownEntries => {
    const { tokens, users } = parseCredentialsFile(path, bytes, security);
    return { tokens: [...own.tokens, ...tokens.map(tokenOf)], users: [...own.users, ...users.map(userOf)] };
  };
  const file = await openCredentialsFile({ path, parse, withdrawals, emit, onTokens: warn });
  const inSettings = new Set(own.tokens);
  warn([...file.tokens.members.values()].map(({ entry }) => entry).filter((token) => !inSettings.has(token)));
  // Also while nobody is in it: what was a token of ours is not to be sent to others to be looked at.
  return { ...file, schemes: [basicScheme(file.users), apiTokenScheme(file.tokens)] };
}

async function entriesOfSettings({ basic, user, tokens }: SecuritySettings): Promise<KnownEntries> {
  const users = [...basic.users.map(userOf), ...(await soleUser(user))];
  return { tokens: tokens.entries.map(tokenOf), users };
}

async function soleUser({ name, password, roles }: SecuritySettings['user']): Promise<readonly BasicUser[]> {
  if (password === null) return [];
  if (/^\{[^{}]*\}/.test(password))
    throw securityInvalid('The password of `security.user` is encoded', 'one in clear, or `security.basic.users`');
  return [{ name, hash: await hashPassword(password), roles }];
}

function userOf({ name, 'password-hash': text, roles }: UserSettings): BasicUser {
  const hash = parsePasswordHash(text);
  if (hash === undefined)
    throw securityInvalid(`The \`password-hash\` of the user ${JSON.stringify(name)} is none`, printed);
  return { name, hash, roles };
}

function tokenOf({ hash: text, expires, ...entry }: TokenSettings): ApiToken {
  const hash = parseTokenHash(text);
  if (hash === undefined) throw securityInvalid(`The \`hash\` of the token ${entry.id} is none`, printed);
  return { ...entry, hash, expiresAt: expires };
}

function basicScheme(users: Roster<BasicUser>): Scheme {
  const gate = createBoundedGate({ atOnce: passwordsAtOnce, waiting: mostPasswordsWaiting });
  return createBasicScheme({ users, gate, verify: isPasswordOf });
}

function apiTokenScheme(tokens: Roster<ApiToken>): Scheme {
  return createApiTokenScheme({ tokens, now: Date.now });
}
