import { changedPaths, pushOf } from './commits.js';
import { isHexHmac } from './signatures.js';
import type { WebhookHost } from './webhook.js';

/** Gitea and Forgejo, which send the headers of Gogs and GitHub beside their own. */
export const gitea: WebhookHost = {
  name: 'gitea',
  isSender: (header) => header('X-Gitea-Event') !== undefined,
  read({ header, payload }) {
    if (header('X-Gitea-Event') !== 'push') return undefined;
    // Older ones do not tell which files changed, so any application may be meant.
    return pushOf(payload, changedPaths(payload) === undefined ? [] : ['application.yml']);
  },
  isSigned({ header, body, secret }) {
    const own = header('X-Gitea-Signature');
    if (own !== undefined) return isHexHmac({ secret, body, given: own });
    return isHexHmac({ secret, body, given: header('X-Hub-Signature-256'), prefix: 'sha256=' });
  },
  deliveryHeader: 'X-Gitea-Delivery',
};
