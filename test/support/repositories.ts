import type { Backend } from '#server/backends/backend.js';
import type { PatternOptions, Target } from '#server/backends/repositories/choices.js';
import { createRepositoriesBackend } from '#server/backends/repositories/repositories-backend.js';
import type { RepositoriesOptions } from '#server/backends/repositories/repositories-backend.js';
import { ConfigServerError } from '#server/core/errors.js';
import type { CairnEvent } from '#server/core/events.js';
import { aSource, createFakeBackend } from './fake-backend.js';
import type { FakeBackend } from './fake-backend.js';
import { aQuery, noAbort } from './queries.js';
import { recordEvents } from './record-events.js';

/** A repository that was made, over a fake backend. */
export interface Opened extends FakeBackend {
  readonly target: Target;
  state: 'made' | 'open' | 'closed' | 'discarded';
}

export const down = (): ConfigServerError =>
  new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'It is down.', { diagnostics: { host: 'git' } });

/** A repository for the applications `team-…`, one each. */
export function aTeam(rest: Partial<PatternOptions> = {}): PatternOptions {
  return {
    name: 'team',
    patterns: ['team-*'],
    uri: '/teams/{application}',
    defaultLabel: 'main',
    fallbackToDefault: false,
    ...rest,
  };
}

export interface RepositoriesFixtureOptions extends Partial<RepositoriesOptions> {
  /** What becomes of a repository that is made. */
  readonly prepare?: (backend: Opened) => void;
}

export interface RepositoriesFixture {
  readonly backend: Backend;
  /** In the order in which they were made. */
  readonly made: readonly Opened[];
  readonly events: readonly CairnEvent[];
  readonly versionOf: (query: string) => Promise<string | null>;
  readonly states: () => readonly string[];
}

/** Repositories over fake backends */
export function aSourceOf({ prepare, ...options }: RepositoriesFixtureOptions = {}): RepositoriesFixture {
  const made: Opened[] = [];
  const { emit, events } = recordEvents();
  const create = (target: Target): Backend => {
    const opened: Opened = Object.assign(createFakeBackend(), { target, state: 'made' as const });
    opened.serve(target.uri, target.uri, [aSource(`${target.uri}/orders.yml`, { who: target.uri })]);
    opened.start = () => Promise.resolve(void (opened.state = 'open'));
    opened.close = (closing) =>
      Promise.resolve(void (opened.state = closing?.discard === true ? 'discarded' : 'closed'));
    opened.repositories = () => [target.uri];
    prepare?.(opened);
    made.push(opened);
    return opened;
  };
  const backend = createRepositoriesBackend({
    name: 'main',
    own: { name: null, uri: '/own', defaultLabel: 'main' },
    repositories: [aTeam()],
    emit,
    ...options,
    create,
  });
  const versionOf = async (query: string): Promise<string | null> =>
    (await backend.resolve(aQuery(query), noAbort())).version;
  const states = (): readonly string[] => made.map(({ target, state }) => `${target.uri} ${state}`);
  return { backend, made, events, versionOf, states };
}
