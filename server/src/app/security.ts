import type { Emit } from '../core/events.js';
import { createAnonymousAuthenticator, createAuthenticator, type Authenticator } from '../security/authenticator.js';
import type { SecuritySettings } from '../settings/sections/security.js';
import { securityModeOf } from '../settings/security-check.js';
import { apiTokenScheme, basicScheme, certificateScheme, gatewayHeaders, gatewayScheme } from './security-schemes.js';
import { bearerScheme, introspectionScheme, kubernetesScheme } from './security-servers.js';

const mostRemembered = 10_000;

/** Who may ask, as the settings say. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function authenticatorOf(security: SecuritySettings, emit: Emit): Promise<Authenticator> {
  if (securityModeOf(security) !== 'configured') return createAnonymousAuthenticator();
  // The first that takes a credential decides: introspection takes every token that nobody else knows.
  const schemes = [
    ...(await basicScheme(security)),
    ...apiTokenScheme(security),
    ...bearerScheme(security, emit),
    ...kubernetesScheme(security, emit),
    ...introspectionScheme(security, emit),
    ...certificateScheme(security),
    ...gatewayScheme(security),
  ];
  const gateway = gatewayHeaders(security);
  return createAuthenticator({ schemes, realm: security.realm, gateway, mostRemembered, emit, now: Date.now });
}
