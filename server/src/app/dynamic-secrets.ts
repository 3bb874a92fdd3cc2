import { ConfigServerError } from '../core/errors.js';
import type { SecretText } from '../core/secret-text.js';
import type { Emit } from '../core/events.js';
import type { DynamicSecretSettings } from '../settings/sections/dynamic-secrets.js';
import type { SecretsSettings } from '../settings/sections/secrets.js';
import type { DynamicSecret } from '../vault/dynamic-store.js';
import { placeholdersIn } from '../vault/lease-parameters.js';
import { createLeases, type Leases } from '../vault/leases.js';
import type { Vault } from '../vault/vault.js';

export interface DynamicSecretsOptions {
  readonly settings: SecretsSettings;
  /** The Vault of the section `vault`; null: there is none. */
  readonly vault: Vault | null;
  readonly emit: Emit;
}

/** Secrets that are leased, and what leases them. */
export interface DynamicSecrets {
  readonly dynamic: readonly DynamicSecret[];
  readonly leases: Leases;
}

const closeMs = 5000;

/** Null where no dynamic secrets are configured, or references are not resolved. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function dynamicSecretsOf({ settings, vault, emit }: DynamicSecretsOptions): DynamicSecrets | null {
  if (settings.dynamic.length === 0 || !settings.resolve) return null;
  if (vault === null) throw invalid('is for secrets of the Vault of the section `vault`, which is not configured');
  if (vault.needsCaller)
    throw invalid('needs a login of the server: `vault.auth.method` is `caller`, and a lease is never had by a caller');
  const dynamic = settings.dynamic.map(dynamicSecret);
  for (const secret of dynamic) requireKnown(secret);
  if (!settings['revoke-on-close']) vault.logins.leave();
  const leases = createLeases({
    asServer: vault.asServer,
    logins: vault.logins,
    revokeOnClose: settings['revoke-on-close'],
    closeMs,
    onEvent: emit,
  });
  return { dynamic, leases };
}

function dynamicSecret(entry: DynamicSecretSettings): DynamicSecret {
  const { path, per, overlap, idle } = entry;
  const parameters = new Map([...entry.parameters].map(([name, text]) => [name, plainText(text)]));
  return { path, per, parameters, overlapMs: overlap, idleMs: idle ?? Infinity, maxLeases: entry['max-leases'] };
}

function plainText(text: string | SecretText): string {
  return typeof text === 'string' ? text : text.reveal();
}

/** Placeholders of what those who share a secret do not have in common are refused. */
function requireKnown({ path, per, parameters }: DynamicSecret): void {
  const known = {
    server: new Set<string>(),
    application: new Set(['{application}', '{profile}']),
    instance: new Set(['{application}', '{profile}', '{instance}']),
  }[per];
  const wrong = [...placeholdersIn(parameters)].find((placeholder) => !known.has(placeholder));
  if (wrong === undefined) return;
  throw invalid(`has ${wrong} in the parameters of ${path}, which is shared by more than that (\`per: ${per}\`)`);
}

function invalid(what: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `\`secrets.dynamic\` ${what}.`);
}
