import { bitbucketCloud } from './bitbucket-cloud.js';
import { bitbucketServer } from './bitbucket-server.js';
import { gitea } from './gitea.js';
import { gitee } from './gitee.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { gogs } from './gogs.js';
import { plain } from './plain.js';
import type { ReadHeader, WebhookHost } from './webhook.js';

/** In the order in which a payload is read; the first that finds paths decides (spring-cloud-config.md §1.8). */
export const readingOrder: readonly WebhookHost[] = [
  github,
  plain,
  gitlab,
  gitea,
  gitee,
  gogs,
  bitbucketCloud,
  bitbucketServer,
];

/** Those that send the headers of others beside their own come before them. */
const sendingOrder: readonly WebhookHost[] = [gitea, gogs, github, gitlab, gitee, bitbucketCloud, bitbucketServer];

/** Whose secret a request must show that it knows. */
export function senderOf(header: ReadHeader): WebhookHost {
  return sendingOrder.find((host) => host.isSender(header)) ?? plain;
}
