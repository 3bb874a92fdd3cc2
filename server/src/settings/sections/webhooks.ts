import { z } from 'zod';

import { flag, optionalText, text } from '../fields.js';
import { duration } from '../quantities.js';
import type { SettingType } from '../facts.js';

const monitor = 'spring.cloud.config.server.monitor';

export interface WebhookHostSettings {
  readonly enabled: boolean;
  readonly secret: string | null;
  readonly verify: boolean;
}

export interface WebhookSettings {
  readonly path: string;
  readonly 'commit-deadline': number;
  readonly github: WebhookHostSettings;
  readonly gitlab: WebhookHostSettings;
  readonly bitbucket: WebhookHostSettings;
  readonly gitea: WebhookHostSettings;
  readonly gitee: WebhookHostSettings;
  readonly gogs: WebhookHostSettings;
  readonly plain: WebhookHostSettings;
}

interface HostTold {
  readonly title: string;
  /** How the secret shows in a request. */
  readonly signature: string;
  /** The host's name in the reference. */
  readonly reference?: string;
}

function webhookHost({ title, signature, reference }: HostTold): SettingType<WebhookHostSettings> {
  const named = (name: string): object =>
    reference === undefined ? {} : { reference: [`${monitor}.${reference}.${name}`] };
  return z.strictObject({
    enabled: flag({
      default: true,
      description: `Whether ${title} are read.`,
      ...named('enabled'),
    }),
    secret: optionalText({
      secret: true,
      description: `Secret of ${title}: ${signature}. Where any host has one, webhooks of hosts without are refused.`,
      ...named('webhook-secret'),
    }),
    verify: flag({
      default: true,
      description: `\`false\` takes ${title} unsigned, whatever secrets are set.`,
      ...named('validation-enabled'),
    }),
  });
}

export const webhooksSection: SettingType<WebhookSettings> = z.strictObject({
  path: text({
    default: '/monitor',
    pattern: /^(\/[A-Za-z0-9._~-]+)+$/,
    taken: 'a path such as /monitor, without a slash at its end',
    description: 'Where webhooks are posted. Never under `server.prefix`.',
    reference: [`${monitor}.endpoint.path`, 'spring.cloud.config.monitor.endpoint.path'],
  }),
  'commit-deadline': duration({
    default: '30s',
    description:
      'How long the source is asked again for a commit that a webhook has announced and that is not served yet.',
  }),
  github: webhookHost({ title: 'webhooks of GitHub', signature: 'X-Hub-Signature-256', reference: 'github' }),
  gitlab: webhookHost({ title: 'webhooks of GitLab', signature: 'X-Gitlab-Token', reference: 'gitlab' }),
  bitbucket: webhookHost({
    title: 'webhooks of Bitbucket Cloud and Bitbucket Server',
    signature: 'X-Hub-Signature with sha256',
    reference: 'bitbucket',
  }),
  gitea: webhookHost({
    title: 'webhooks of Gitea and Forgejo',
    signature: 'X-Gitea-Signature or X-Hub-Signature-256',
    reference: 'gitea',
  }),
  gitee: webhookHost({
    title: 'webhooks of Gitee',
    signature: 'X-Gitee-Token, as the password itself or as the signature of X-Gitee-Timestamp',
    reference: 'gitee',
  }),
  gogs: webhookHost({ title: 'webhooks of Gogs', signature: 'X-Gogs-Signature', reference: 'gogs' }),
  plain: webhookHost({
    title: 'notifications that name a `path`',
    signature: 'X-Hub-Signature-256, `sha256=` and the HMAC-SHA-256 of the body in hexadecimal digits',
  }),
});
