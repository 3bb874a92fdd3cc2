import { z } from 'zod';

import { optionalText } from './fields.js';
import type { SettingType } from './facts.js';
import { auditSection } from './sections/audit.js';
import type { AuditSettings } from './sections/audit.js';
import { encryptionSection } from './sections/encryption.js';
import type { EncryptionSettings } from './sections/encryption.js';
import { healthSection } from './sections/health.js';
import type { HealthSettings } from './sections/health.js';
import { limitsSection } from './sections/limits.js';
import type { LimitSettings } from './sections/limits.js';
import { observabilitySection } from './sections/observability.js';
import type { ObservabilitySettings } from './sections/observability.js';
import { secretsSection } from './sections/secrets.js';
import type { SecretsSettings } from './sections/secrets.js';
import { securitySection } from './sections/security.js';
import type { SecuritySettings } from './sections/security.js';
import { serverSection } from './sections/server.js';
import type { ServerSettings } from './sections/server.js';
import { servingSection } from './sections/serving.js';
import type { ServingSettings } from './sections/serving.js';
import { sourcesSection } from './sections/sources.js';
import type { SourceSettings } from './sections/sources.js';
import { vaultSection } from './sections/vault.js';
import type { VaultSettings } from './sections/vault.js';
import { webhooksSection } from './sections/webhooks.js';
import type { WebhookSettings } from './sections/webhooks.js';

/** Every setting, after defaults; durations in milliseconds, sizes in bytes. Names are those of cairn.yml. */
export interface Settings {
  readonly server: ServerSettings;
  readonly 'data-directory': string | null;
  readonly sources: readonly SourceSettings[];
  readonly serving: ServingSettings;
  readonly encryption: EncryptionSettings;
  readonly vault: VaultSettings;
  readonly secrets: SecretsSettings;
  readonly health: HealthSettings;
  readonly webhooks: WebhookSettings;
  readonly security: SecuritySettings;
  readonly audit: AuditSettings;
  readonly observability: ObservabilitySettings;
  readonly limits: LimitSettings;
}

export const settingsSchema: SettingType<Settings> = z.strictObject({
  server: serverSection,
  'data-directory': optionalText({
    taken: 'the path of a folder',
    description:
      'Folder for mirrors and keys, made with mode 0700. Without it `$XDG_STATE_HOME/cairn`, else `~/.local/state/cairn`; in the image `/var/lib/cairn`.',
    reference: ['spring.cloud.config.server.git.basedir'],
  }),
  sources: sourcesSection,
  serving: servingSection,
  encryption: encryptionSection,
  vault: vaultSection,
  secrets: secretsSection,
  health: healthSection,
  webhooks: webhooksSection,
  security: securitySection,
  audit: auditSection,
  observability: observabilitySection,
  limits: limitsSection,
});

/** Names of a later version: refused, because ignoring them would surprise, with a text that says so. */
export const plannedSettings: readonly string[] = [
  'sources[].credentials.ssh-key',
  'sources[].credentials.known-hosts',
  'observability.metrics',
];
