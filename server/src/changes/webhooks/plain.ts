import { memberAt } from './json.js';
import { isHexHmac } from './signatures.js';
import type { WebhookHost } from './webhook.js';

/** What scripts send: a `path`, or a list of them. */
export const plain: WebhookHost = {
  name: 'plain',
  isSender: () => true,
  read({ payload }) {
    const path = memberAt(payload, 'path');
    const paths: readonly unknown[] | undefined =
      typeof path === 'string' ? [path] : Array.isArray(path) ? path : undefined;
    if (paths === undefined) return undefined;
    return { paths: paths.filter((one) => typeof one === 'string'), refs: [{}], repositories: [] };
  },
  isSigned: ({ header, body, secret }) =>
    isHexHmac({ secret, body, given: header('X-Hub-Signature-256'), prefix: 'sha256=' }),
  deliveryHeader: null,
};
