import { addressesOf } from './addresses.js';
import { pushedRef } from './commits.js';
import { listAt, memberAt, textAt } from './json.js';
import { isHexHmac } from './signatures.js';
import type { PushedRef, ReadHeader, WebhookHost } from './webhook.js';

const events = new Set(['repo:push', 'pullrequest:fulfilled']);

export const bitbucketCloud: WebhookHost = {
  name: 'bitbucket',
  isSender: (header) => header('X-Event-Key') !== undefined && hasHook(header),
  read({ header, payload }) {
    if (!events.has(header('X-Event-Key') ?? '') || !hasHook(header)) return undefined;
    const changes = listAt(payload, 'push', 'changes');
    return {
      // It does not tell which files changed, so any application may be meant.
      paths: changes === undefined ? [] : ['application.yml'],
      refs: changes === undefined ? [{}] : changes.map(changedRef),
      repositories: addressesOf(memberAt(payload, 'repository')),
    };
  },
  isSigned: ({ header, body, secret }) =>
    isHexHmac({ secret, body, given: header('X-Hub-Signature'), prefix: 'sha256=' }),
  deliveryHeader: 'X-Request-UUID',
};

const hasHook = (header: ReadHeader): boolean => (header('X-Hook-UUID') ?? '').trim() !== '';

function changedRef(change: unknown): PushedRef {
  const kind = textAt(change, 'new', 'type') === 'branch' ? 'heads' : 'tags';
  const name = textAt(change, 'new', 'name') ?? '';
  return pushedRef(
    `refs/${kind}/${name}`,
    memberAt(change, 'new', 'target', 'hash'),
    memberAt(change, 'old', 'target', 'hash'),
  );
}
