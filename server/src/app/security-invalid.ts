import { ConfigServerError } from '../core/errors.js';

/** A setting of security that is not taken; the schema cannot tell. */
export function securityInvalid(what: string, taken: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `${what}; ${taken} would be taken.`);
}
