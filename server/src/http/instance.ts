import { ConfigServerError } from '../core/errors.js';

const wellFormed = /^[\w.:-]{1,128}$/;

/**
 * The id of the header `X-Config-Instance`; undefined without one.
 * @throws ConfigServerError CONFIG_NAME_INVALID
 */
export function instanceOf(header: string): string | undefined {
  if (header === '') return undefined;
  if (wellFormed.test(header)) return header;
  throw new ConfigServerError(
    'CONFIG_NAME_INVALID',
    `The header X-Config-Instance has the value ${JSON.stringify(header.slice(0, 200))}; 1 to 128 letters, digits and "_.:-" would be taken.`,
  );
}
