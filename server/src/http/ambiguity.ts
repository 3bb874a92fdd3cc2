import { ConfigServerError } from '../core/errors.js';
import type { AnyRequest } from './exchange.js';

/**
 * What a proxy before us may have read otherwise than we would. Node takes the first of two `Host` lines; RFC 9112 §3.2 has them
 * refused. Two lengths, a length beside chunks and folded lines are refused by its parser.
 */
export function ambiguity({ rawHeaders }: Pick<AnyRequest, 'rawHeaders'>): ConfigServerError | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts < 2) return undefined;
  return new ConfigServerError('CONFIG_NAME_INVALID', `A request has one Host line, not ${hosts}.`);
}
