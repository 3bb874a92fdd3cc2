import type { Config, ConfigOf, ConfigEvents, LoadOptions, StandardSchemaV1 } from 'cairn-config-client';
import { loadOn } from '#sdk/load-on.js';
import { FakePlatform } from './fake-platform.js';
import { anEnvironment, notModified } from './wire-answer.js';
import type { WireAnswer } from './wire-answer.js';

export const url = 'http://config:8888';

/** `load` of orders/prod on a fake platform, polling each 10 s unless the options say otherwise. */
export function loadOrders<S extends StandardSchemaV1 | undefined = undefined>(
  platform: FakePlatform,
  options: Partial<LoadOptions<S>> = {},
): Promise<Config<ConfigOf<S>>> {
  const defaults = { url, application: 'orders', profiles: ['prod'], refresh: { interval: '10s' } } as const;
  return platform.drive(loadOn<S>(platform, { ...defaults, ...options }));
}

/** Records the events of these kinds, in order. */
export function recordEvents(
  config: Pick<Config, 'on'>,
  ...names: readonly (keyof ConfigEvents)[]
): [string, unknown][] {
  const events: [string, unknown][] = [];
  for (const name of names) config.on(name, (event) => events.push([name, event]));
  return events;
}

/** A server that has one answer at a time, and 304 for who knows it; `commit` gives it the next. */
export function serving(first: WireAnswer): {
  readonly platform: FakePlatform;
  readonly commit: (next: WireAnswer) => void;
} {
  let answer = first;
  const platform = new FakePlatform(({ headers }) => {
    const version = answer.version ?? 'v1';
    return headers.get('if-none-match') === `W/"${version}-v2"` ? notModified(version) : anEnvironment(answer);
  });
  return {
    platform,
    commit: (next) => {
      answer = next;
    },
  };
}
