import { ConfigServerError, isConfigServerError } from '../core/errors.js';

/** The same failure, saying which source or pattern repository it comes from. */
export function namedFailure(error: unknown, name: string): unknown {
  if (!isConfigServerError(error)) return error;
  const { code, message, diagnostics, position, source } = error;
  return new ConfigServerError(code, source === undefined ? `In "${name}": ${message}` : message, {
    cause: error,
    diagnostics,
    source: source === undefined ? name : `${name}/${source}`,
    ...(position !== undefined && { position }),
  });
}
