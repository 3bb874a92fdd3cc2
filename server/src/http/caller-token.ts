import { CallerToken } from '../core/caller-token.js';
import { ConfigServerError } from '../core/errors.js';

const wellFormed = /^[\x21-\x7e]{1,4096}$/;

/**
 * The token of the header `X-Config-Token`; undefined without one.
 * @throws ConfigServerError CONFIG_NAME_INVALID, without the token
 */
export function callerTokenOf(header: string, idOf: (token: string) => string): CallerToken | undefined {
  if (header === '') return undefined;
  if (!wellFormed.test(header))
    throw new ConfigServerError(
      'CONFIG_NAME_INVALID',
      'The header X-Config-Token has a form that is not taken: at most 4096 visible ASCII characters would be.',
    );
  return new CallerToken(header, idOf(header));
}
