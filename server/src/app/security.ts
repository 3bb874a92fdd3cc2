import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { createApiTokenScheme, parseTokenHash } from '../security/api-token.js';
import { createAnonymousAuthenticator, createAuthenticator, type Authenticator } from '../security/authenticator.js';
import { createBasicScheme, type BasicUser } from '../security/basic.js';
import { createBoundedGate } from '../security/bounded-gate.js';
import { hashPassword, isPasswordOf, parsePasswordHash } from '../security/password-hash.js';
import type { Scheme } from '../security/scheme.js';
import type { SecuritySettings } from '../settings/sections/security.js';
import { securityModeOf } from '../settings/security-check.js';

const mostRemembered = 10_000;
/** Of the four threads that files and names are looked up in, too. */
const passwordsAtOnce = 2;
const mostPasswordsWaiting = 64;

/** Who may ask, as the settings say. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function authenticatorOf(security: SecuritySettings, emit: Emit): Promise<Authenticator> {
  if (securityModeOf(security) !== 'configured') return createAnonymousAuthenticator();
  const schemes = [...(await basicScheme(security)), ...apiTokenScheme(security)];
  return createAuthenticator({ schemes, realm: security.realm, gateway: null, mostRemembered, emit, now: Date.now });
}

async function basicScheme({ basic, user }: SecuritySettings): Promise<readonly Scheme[]> {
  const users: BasicUser[] = basic.users.map(({ name, 'password-hash': text, roles }) => {
    const hash = parsePasswordHash(text);
    if (hash === undefined) throw invalid(`The \`password-hash\` of the user ${JSON.stringify(name)} is none`);
    return { name, hash, roles };
  });
  if (user.password !== null) {
    if (/^\{[^{}]*\}/.test(user.password)) throw invalid('The password of `security.user` is encoded');
    users.push({ name: user.name, hash: await hashPassword(user.password), roles: user.roles });
  }
  if (users.length === 0) return [];
  const gate = createBoundedGate({ atOnce: passwordsAtOnce, waiting: mostPasswordsWaiting });
  return [createBasicScheme({ users, gate, verify: isPasswordOf })];
}

function apiTokenScheme({ tokens }: SecuritySettings): readonly Scheme[] {
  if (tokens.entries.length === 0) return [];
  const entries = tokens.entries.map(({ hash: text, expires, ...entry }) => {
    const hash = parseTokenHash(text);
    if (hash === undefined) throw invalid(`The \`hash\` of the token ${entry.id} is none`);
    return { ...entry, hash, expiresAt: expires };
  });
  return [createApiTokenScheme({ tokens: entries, now: Date.now })];
}

function invalid(what: string): ConfigServerError {
  const taken = 'what `cairn token create` and `cairn password hash` print would be taken';
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `${what}; ${taken}.`);
}
