import type { ApiToken } from '../security/api-token.js';
import type { Settings } from '../settings/schema.js';
import { isTlsOn } from '../settings/sections/tls.js';
import { isLoopback, securityModeOf } from '../settings/security-check.js';

const day = 86_400_000;
const soonDays = 14;

/** What an operator should know of authentication when the server starts; `now` in milliseconds since the epoch. */
export function securityNotices(settings: Settings, now: number): readonly string[] {
  const tokens = settings.security.tokens.entries.map(({ expires, ...token }) => ({ ...token, expiresAt: expires }));
  return [...clearNotices(settings), ...tokenNotices(tokens, now)];
}

/** Which of `tokens` have ended, or soon will. */
export function tokenNotices(tokens: readonly NoticedToken[], now: number): readonly string[] {
  return tokens.flatMap((token) => noticeOf(token, now) ?? []);
}

type NoticedToken = Pick<ApiToken, 'id' | 'name' | 'expiresAt'>;

function clearNotices({ security, server }: Settings): readonly string[] {
  if (securityModeOf(security) !== 'configured' || isLoopback(server.host) || isTlsOn(server.tls)) return [];
  return [
    'credentials come in clear: `server.tls` is not set up; something between clients and this server must speak TLS',
  ];
}

function noticeOf({ id, name, expiresAt }: NoticedToken, now: number): string | undefined {
  if (expiresAt === null || expiresAt > now + soonDays * day) return undefined;
  const token = `the API token ${id} of ${JSON.stringify(name)}`;
  if (expiresAt <= now) return `${token} has expired; its entry can be taken out`;
  const days = Math.ceil((expiresAt - now) / day);
  return `${token} expires in ${days === 1 ? 'a day' : `${days} days`}`;
}
