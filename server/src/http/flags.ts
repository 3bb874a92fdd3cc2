import { ConfigServerError } from '../core/errors.js';

const TRUE = new Set(['true', 'on', 'yes', '1']);
const FALSE = new Set(['false', 'off', 'no', '0']);

/**
 * A yes-or-no query parameter in the reference's spellings; `absent` where it is not there.
 * @throws ConfigServerError CONFIG_NAME_INVALID
 */
export function readFlag(query: URLSearchParams, name: string, absent: boolean): boolean {
  const text = query.get(name);
  if (text === null || text === '') return absent;
  const value = text.toLowerCase();
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw new ConfigServerError('CONFIG_NAME_INVALID', `The query parameter ${name} takes true or false.`);
}
