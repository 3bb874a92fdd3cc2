import { listAt, memberAt, textAt } from './json.js';
import type { Push, PushedRef } from './webhook.js';
import { addressesOf } from './addresses.js';

const kinds = ['added', 'removed', 'modified'];
/** It is logged. */
const branchOrTag = /^refs\/(?:heads|tags)\/([^\p{Cc}]{1,255})$/u;
const objectId = /^(?!0+$)(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** Files of all commits, each once. Undefined: the payload has no list of commits. */
export function changedPaths(payload: unknown): readonly string[] | undefined {
  const commits = listAt(payload, 'commits');
  if (commits === undefined) return undefined;
  const paths = commits.flatMap((commit) => kinds.flatMap((kind) => listAt(commit, kind) ?? []));
  return [...new Set(paths.filter((path) => typeof path === 'string'))];
}

/** A ref as hosts write it: `refs/heads/main`; ids of zeros stand for nothing. */
export function pushedRef(ref: unknown, commit: unknown, previous: unknown): PushedRef {
  const label = labelOf(ref);
  const id = idOf(commit);
  const before = idOf(previous);
  return {
    ...(label === undefined ? {} : { label }),
    ...(id === undefined ? {} : { commit: id }),
    ...(before === undefined ? {} : { previous: before }),
  };
}

function labelOf(ref: unknown): string | undefined {
  return typeof ref === 'string' ? branchOrTag.exec(ref)?.[1] : undefined;
}

function idOf(id: unknown): string | undefined {
  return typeof id === 'string' && objectId.test(id) ? id.toLowerCase() : undefined;
}

/** The push of the payload that GitHub invented and others took over. `after` of an annotated tag is the tag's own id. */
export function pushOf(payload: unknown, paths: readonly string[], commit?: string): Push {
  const after = commit ?? textAt(payload, 'head_commit', 'id') ?? memberAt(payload, 'after');
  const isGone = memberAt(payload, 'deleted') === true;
  return {
    paths,
    refs: [pushedRef(memberAt(payload, 'ref'), isGone ? undefined : after, memberAt(payload, 'before'))],
    repositories: addressesOf(memberAt(payload, 'repository'), memberAt(payload, 'project')),
  };
}
