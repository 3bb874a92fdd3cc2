import { changedPaths, pushOf } from './commits.js';
import { textAt } from './json.js';
import { isSameText } from './signatures.js';
import type { WebhookHost } from './webhook.js';

export const gitlab: WebhookHost = {
  name: 'gitlab',
  isSender: (header) => header('X-Gitlab-Event') !== undefined,
  read({ header, payload }) {
    const event = header('X-Gitlab-Event');
    // The reference tells nobody of tags; the source is refreshed all the same.
    const paths = event === 'Push Hook' ? (changedPaths(payload) ?? []) : [];
    if (event !== 'Push Hook' && event !== 'Tag Push Hook') return undefined;
    return pushOf(payload, paths, textAt(payload, 'checkout_sha'));
  },
  isSigned: ({ header, secret }) => isSameText(header('X-Gitlab-Token'), secret),
  deliveryHeader: 'X-Gitlab-Event-UUID',
};
