import { addressesOf } from './addresses.js';
import { pushedRef } from './commits.js';
import { listAt, memberAt } from './json.js';
import { isHexHmac } from './signatures.js';
import type { Message, Push, PushedRef, WebhookHost } from './webhook.js';

/** Bitbucket Server and Data Center. */
export const bitbucketServer: WebhookHost = {
  name: 'bitbucket',
  isSender: (header) => header('X-Event-Key') !== undefined,
  read(message) {
    const { header, payload } = message;
    if ((header('X-Request-Id') ?? '').trim() === '') return undefined;
    const event = header('X-Event-Key');
    if (event === 'pr:merged') return mergeOf(message);
    const changes = listAt(payload, 'changes');
    if (event !== 'repo:refs_changed' || changes === undefined) return undefined;
    const repositories = addressesOf(memberAt(payload, 'repository'));
    return { paths: ['application.yml'], refs: changes.map(changedRef), repositories };
  },
  isSigned: ({ header, body, secret }) =>
    isHexHmac({ secret, body, given: header('X-Hub-Signature'), prefix: 'sha256=' }),
  deliveryHeader: 'X-Request-Id',
};

function changedRef(change: unknown): PushedRef {
  return pushedRef(
    memberAt(change, 'refId') ?? memberAt(change, 'ref', 'id'),
    memberAt(change, 'toHash'),
    memberAt(change, 'fromHash'),
  );
}

function mergeOf({ payload }: Message): Push {
  const target = memberAt(payload, 'pullRequest', 'toRef');
  const merge = memberAt(payload, 'pullRequest', 'properties', 'mergeCommit', 'id');
  return {
    paths: ['application.yml'],
    refs: [pushedRef(memberAt(target, 'id'), merge, memberAt(target, 'latestCommit'))],
    repositories: addressesOf(memberAt(target, 'repository')),
  };
}
