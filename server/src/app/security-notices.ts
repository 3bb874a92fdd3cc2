import type { SecuritySettings, TokenSettings } from '../settings/sections/security.js';

const day = 86_400_000;
const soonDays = 14;

/** API tokens that have ended or soon will; `now` in milliseconds since the epoch. */
export function securityNotices({ tokens }: SecuritySettings, now: number): readonly string[] {
  return tokens.entries.flatMap((token) => noticeOf(token, now) ?? []);
}

function noticeOf({ id, name, expires }: TokenSettings, now: number): string | undefined {
  if (expires === null || expires > now + soonDays * day) return undefined;
  const token = `the API token ${id} of ${JSON.stringify(name)}`;
  if (expires <= now) return `${token} has expired; its entry can be taken out`;
  const days = Math.ceil((expires - now) / day);
  return `${token} expires in ${days === 1 ? 'a day' : `${days} days`}`;
}
