import type { Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { createAnonymousAuthenticator, createAuthenticator, type Authenticator } from '../security/authenticator.js';
import { createWithdrawals } from '../security/withdrawals.js';
import type { Settings } from '../settings/schema.js';
import { securityModeOf } from '../settings/security-check.js';
import { knownSchemes } from './known-credentials.js';
import { certificateScheme, gatewayHeaders, gatewayScheme } from './security-schemes.js';
import { bearerScheme, introspectionScheme, kubernetesScheme } from './security-servers.js';

const mostRemembered = 10_000;

/** Who asks, and what is told of that. */
export interface ServerAuthentication {
  readonly authenticator: Authenticator;
  /** Undefined: there is no credentials file that could go wrong. */
  readonly health?: () => HealthComponent;
  /** Idempotent. */
  close(): void;
}

/** Who may ask, as the settings say. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function authenticationOf(settings: Settings, emit: Emit): Promise<ServerAuthentication> {
  const { security } = settings;
  if (securityModeOf(security) !== 'configured')
    return { authenticator: createAnonymousAuthenticator(), close: () => undefined };
  const others = [
    ...bearerScheme(security, emit),
    ...kubernetesScheme(security, emit),
    ...introspectionScheme(security, emit),
    ...certificateScheme(security),
    ...gatewayScheme(security),
  ];
  const gateway = gatewayHeaders(security);
  const withdrawals = createWithdrawals();
  const known = await knownSchemes(settings, withdrawals, emit);
  // The first that takes a credential decides: introspection takes every token that nobody else knows.
  const schemes = [...known.schemes, ...others];
  const { realm } = security;
  const now = Date.now;
  const authenticator = createAuthenticator({ schemes, realm, gateway, mostRemembered, withdrawals, emit, now });
  return {
    authenticator,
    ...(known.health === undefined ? {} : { health: known.health }),
    close() {
      known.close();
      authenticator.close();
    },
  };
}
