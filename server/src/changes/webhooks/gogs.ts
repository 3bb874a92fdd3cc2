import { changedPaths, pushOf } from './commits.js';
import { isHexHmac } from './signatures.js';
import type { WebhookHost } from './webhook.js';

export const gogs: WebhookHost = {
  name: 'gogs',
  isSender: (header) => header('X-Gogs-Event') !== undefined,
  read({ header, payload }) {
    if (header('X-Gogs-Event') !== 'push') return undefined;
    return pushOf(payload, changedPaths(payload) ?? []);
  },
  isSigned: ({ header, body, secret }) => isHexHmac({ secret, body, given: header('X-Gogs-Signature') }),
  deliveryHeader: 'X-Gogs-Delivery',
};
