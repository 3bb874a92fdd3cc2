import type { Backend, MovedLabel, RefreshRequest } from './backend.js';
import { isSameRepository } from './repository-address.js';

type Part = Pick<Backend, 'refresh' | 'repositories'>;

/**
 * Refreshes those of `parts` that read a repository of the request's addresses, or all of them where none does. A commit is
 * waited for until one part has it.
 * @throws ConfigServerError CONFIG_SOURCE_UNAVAILABLE where a part could not be checked, or none has the commit
 */
export async function refreshParts(
  parts: readonly Part[],
  request: RefreshRequest,
  signal: AbortSignal,
): Promise<readonly MovedLabel[]> {
  const chosen = choose(parts, request.repositories ?? []);
  const found = new AbortController();
  const either = AbortSignal.any([signal, found.signal]);
  const outcomes = await Promise.allSettled(
    chosen.map(async (part) => {
      const moved = await part.refresh(requestFor(part, request), either);
      if (request.commit !== undefined && hasCommits(part)) found.abort(new Error('another part has the commit'));
      return moved;
    }),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined && !found.signal.aborted) throw failed.reason;
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
}

function choose(parts: readonly Part[], repositories: readonly string[]): readonly Part[] {
  const named = parts.filter((part) =>
    part.repositories().some((address) => repositories.some((other) => isSameRepository(address, other))),
  );
  return named.length > 0 ? named : parts;
}

const hasCommits = (part: Part): boolean => part.repositories().length > 0;

/** A folder would never have the commit, and says at once that it has looked. */
function requestFor(part: Part, request: RefreshRequest): RefreshRequest {
  return hasCommits(part) ? request : {};
}
