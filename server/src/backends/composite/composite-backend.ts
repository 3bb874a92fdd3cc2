/** Several sources as one, in order of precedence: all are asked the same, and their property sources stand one behind the other. */
import { ConfigServerError, isConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { Query } from '../../core/query.js';
import type { Backend, MovedLabel, Resource } from '../backend.js';
import { namedFailure } from '../named-failure.js';
import { refreshParts } from '../refresh-parts.js';
import { compositeHealth } from './composite-health.js';
import { createCombine } from './combine.js';
import { createLeftOut } from './left-out.js';
import { outcomeOf, sortOut } from './outcomes.js';
import type { Outcome } from './outcomes.js';

export interface CompositeOptions {
  readonly name: string;
  /** In order of precedence, first wins; at least one, each of another name. */
  readonly parts: readonly Backend[];
  /** False: a source that fails is left out, as long as one does not. Default true. */
  readonly failOnError?: boolean;
  readonly emit: Emit;
  /** Bytes of combined answers that are kept. Default 4 MiB. */
  readonly cacheBytes?: number;
}

export function createCompositeBackend(options: CompositeOptions): Backend {
  const { name, parts, emit } = options;
  const leftOut = createLeftOut(emit);
  const combine = createCombine(options.cacheBytes ?? 4 * 1024 * 1024);
  const choose = <T>(outcomes: readonly Outcome<T>[]): readonly Outcome<T, 'found'>[] => {
    const { found, failed } = sortOut(outcomes, options.failOnError ?? true);
    leftOut.tell(
      found.map(({ part }) => part),
      failed,
    );
    return found;
  };
  return {
    name,
    async resolve(query, signal) {
      const outcomes = await Promise.all(parts.map((part) => outcomeOf(part, () => part.resolve(query, signal))));
      signal.throwIfAborted();
      return combine(choose(outcomes), parts.length);
    },
    stamp: (query) => stampOf(parts, query),
    readFile: (query, path, signal) => readFirst(query, path, signal),
    async knows(query, signal) {
      return (await Promise.all(parts.map((part) => part.knows(query, signal)))).every(Boolean);
    },
    repositories: () => parts.flatMap((part) => part.repositories()),
    refresh: (request, signal) => refreshParts(parts.map(withNamedFailures), request, signal),
    health: (query) => compositeHealth(parts, leftOut, query),
    onVersionChange: (listener) => listenTo(parts, listener),
    async start(signal) {
      sortOut(await Promise.all(parts.map((part) => outcomeOf(part, () => part.start(signal)))), true);
    },
    async close(closing) {
      await Promise.all(parts.map((part) => part.close(closing)));
    },
  };

  async function readFirst(query: Query, path: string, signal: AbortSignal): Promise<Resource> {
    const failures: Outcome<Resource>[] = [];
    for (const part of parts) {
      const outcome = await outcomeOf(part, () => part.readFile(query, path, signal));
      signal.throwIfAborted();
      if (outcome.kind === 'found') return outcome.value;
      if (!isConfigServerError(outcome.error, 'CONFIG_RESOURCE_NOT_FOUND')) failures.push(outcome);
      if (options.failOnError ?? true) sortOut(failures, true);
    }
    if (failures.length === parts.length) choose(failures);
    throw new ConfigServerError('CONFIG_RESOURCE_NOT_FOUND', `There is no resource ${JSON.stringify(path)}.`);
  }
}

function stampOf(parts: readonly Backend[], query: Query): string | undefined {
  const stamps = parts.map((part) => part.stamp(query));
  // No label or commit id has a control character, so two lists are equal only if all stamps are.
  return stamps.includes(undefined) ? undefined : stamps.join('\u0000');
}

function withNamedFailures(part: Backend): Pick<Backend, 'refresh' | 'repositories'> {
  return {
    repositories: () => part.repositories(),
    refresh: async (request, signal) =>
      part.refresh(request, signal).catch((error: unknown) => {
        throw namedFailure(error, part.name);
      }),
  };
}

function listenTo(parts: readonly Backend[], listener: (moved: readonly MovedLabel[]) => void): () => void {
  const unsubscribes = parts.map((part) => part.onVersionChange(listener));
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}
