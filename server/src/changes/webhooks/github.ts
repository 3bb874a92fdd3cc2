import { changedPaths, pushOf } from './commits.js';
import { isHexHmac } from './signatures.js';
import type { WebhookHost } from './webhook.js';

export const github: WebhookHost = {
  name: 'github',
  isSender: (header) => header('X-GitHub-Event') !== undefined,
  read({ header, payload }) {
    if (header('X-GitHub-Event') !== 'push') return undefined;
    return pushOf(payload, changedPaths(payload) ?? []);
  },
  isSigned: ({ header, body, secret }) =>
    isHexHmac({ secret, body, given: header('X-Hub-Signature-256'), prefix: 'sha256=' }),
  deliveryHeader: 'X-GitHub-Delivery',
};
