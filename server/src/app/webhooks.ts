import type { Backend } from '../backends/backend.js';
import { createWebhooks } from '../changes/webhooks/webhooks.js';
import type { HostOptions, Webhooks, WebhooksOptions } from '../changes/webhooks/webhooks.js';
import type { Emit } from '../core/events.js';
import type { WebhookHostSettings, WebhookSettings } from '../settings/sections/webhooks.js';
import type { Settings } from '../settings/schema.js';
import type { Vault } from '../vault/vault.js';

interface WebhookRooms {
  readonly settings: Settings;
  readonly backend: Backend;
  /** Whose secrets values refer to. */
  readonly vault: Pick<Vault, 'secrets'> | null;
  readonly emit: Emit;
  /** Called when every secret is to be looked at again. */
  readonly onExpire: () => void;
}

/** What takes webhooks, as the settings describe it. */
export function webhooksOf({ settings, backend, vault, emit, onExpire }: WebhookRooms): Webhooks {
  const refresh: Backend['refresh'] = (request, signal) => {
    // What names no repository may be of anything.
    if ((request.repositories ?? []).length === 0) {
      vault?.secrets.expire();
      onExpire();
    }
    return backend.refresh(request, signal);
  };
  const { path: _, 'commit-deadline': commitDeadlineMs, ...hosts } = settings.webhooks;
  return createWebhooks({ backend: { refresh }, hosts: mapHosts(hosts), commitDeadlineMs, emit, now: Date.now });
}

type HostSettings = Omit<WebhookSettings, 'path' | 'commit-deadline'>;

function mapHosts(hosts: HostSettings): WebhooksOptions['hosts'] {
  const options = ({ enabled, secret, verify }: WebhookHostSettings): HostOptions => ({
    isEnabled: enabled,
    secret,
    isVerified: verify,
  });
  return {
    github: options(hosts.github),
    gitlab: options(hosts.gitlab),
    bitbucket: options(hosts.bitbucket),
    gitea: options(hosts.gitea),
    gitee: options(hosts.gitee),
    gogs: options(hosts.gogs),
    plain: options(hosts.plain),
  };
}
