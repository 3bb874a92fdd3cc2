import type { ClientSettings } from '../options/settings.js';
import { Secret, type SecretValue } from '../secret.js';
import type { MarkedScalar } from '../values/index.js';
import { plainScalar } from './plain.js';

/** The settings that say in which form values come out. */
export type Presentation = Pick<ClientSettings, 'bigint' | 'secrets'>;

/** A value as the service sees it: a secret as `Secret`, where the service asked for that. Null has nothing to hide. */
export function present(
  { value, secret }: MarkedScalar,
  { bigint, secrets }: Presentation,
): SecretValue | Secret<SecretValue> | null {
  const plain = plainScalar(value, bigint);
  return secrets === 'wrap' && secret === true && plain !== null ? new Secret(plain) : plain;
}
