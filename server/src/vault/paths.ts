import { ConfigServerError } from '../core/errors.js';

/** Percent signs too: who writes `%2e` means something else than the name of a secret. */
const refused = /[?#%\\\p{Cc}]/u;

/**
 * A path below `/v1/`, each segment encoded. Parts may have several segments: `secret`, `data`, `team/orders,prod`.
 * @throws ConfigServerError CONFIG_NAME_INVALID where it would lead elsewhere than it says
 */
export function vaultPath(...parts: readonly string[]): string {
  const segments = segmentsOf(parts);
  const wrong = segments.find(isRefused);
  if (wrong === undefined) return segments.map(encodeURIComponent).join('/');
  throw new ConfigServerError(
    'CONFIG_NAME_INVALID',
    `The Vault path has the segment ${JSON.stringify(wrong)}, which is refused; names without dot segments, "?", "#", "%", "\\" and control characters would be taken.`,
  );
}

/** Whether `vaultPath` takes these parts. */
export function isVaultPath(...parts: readonly string[]): boolean {
  return !segmentsOf(parts).some(isRefused);
}

function segmentsOf(parts: readonly string[]): readonly string[] {
  return parts.filter((part) => part !== '').flatMap((part) => part.split('/'));
}

function isRefused(segment: string): boolean {
  return segment === '' || /^\.+$/.test(segment) || refused.test(segment);
}
