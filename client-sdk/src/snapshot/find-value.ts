import { ConfigClientError } from '../errors.js';
import { nearest } from '../options/nearest.js';
import type { ClientSettings } from '../options/settings.js';
import { describeQuery } from '../wire/query.js';
import { lookUp } from './lookup.js';
import { present } from './present.js';
import type { Snapshot } from './snapshot.js';

const mostKeysCompared = 2000;

/** The value at `key`; undefined where there is none. */
export function findValue(snapshot: Snapshot, key: string, settings: ClientSettings): unknown {
  const value = lookUp(snapshot.tree, key);
  if (value !== undefined || settings.schema !== undefined) return value;
  // A few keys have another place in the tree than their name says, where a value and a map collide.
  const property = snapshot.flat.get(key);
  return property === undefined ? undefined : present(property, settings);
}

export function missingKey(snapshot: Snapshot, key: string, settings: ClientSettings): ConfigClientError {
  const near = nearest(key, Array.from(snapshot.flat.keys()).slice(0, mostKeysCompared));
  const hint = near === undefined || near === key ? '' : ` Did you mean '${near}'?`;
  return new ConfigClientError(
    'CONFIG_KEY_MISSING',
    `The configuration of ${describeQuery(settings)} has no value at '${key}'.${hint}`,
  );
}
