import type { Backend } from '../backends/backend.js';
import { createFeed, type Feed } from '../changes/feed.js';
import type { CairnEvent } from '../core/events.js';
import type { Environments } from '../environments/environments.js';

/** Calls `listener` with each event. Returns the function that unsubscribes. */
export type Subscribe = (listener: (event: CairnEvent) => void) => () => void;

export interface ChangeFeedOptions {
  readonly backend: Backend;
  readonly environments: Environments;
  readonly subscribe: Subscribe;
}

/** After these an environment may be another, though no label has moved. */
const telling: ReadonlySet<CairnEvent['type']> = new Set<CairnEvent['type']>([
  'secret-rotated',
  'lease-replaced',
  'lease-ended',
  'source-recovered',
]);

export function changeFeedOf({ backend, environments, subscribe }: ChangeFeedOptions): Feed {
  return createFeed({
    backend,
    environments,
    onOtherChange: (listener) =>
      subscribe(({ type }) => {
        if (telling.has(type)) listener();
      }),
  });
}
