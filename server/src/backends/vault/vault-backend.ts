/**
 * Secrets of Vault as property sources: each key that has one is a source. Imports core, the shared files of backends/ and
 * the room vault/.
 */
import { createHash } from 'node:crypto';
import type { TreeMap } from 'cairn-config-client/values';
import { createByteCache } from '../../core/byte-cache.js';
import type { CallerToken } from '../../core/caller-token.js';
import type { Property, PropertySource } from '../../core/environment.js';
import { ConfigServerError } from '../../core/errors.js';
import { flattenTree } from '../../core/flatten-tree.js';
import type { Query } from '../../core/query.js';
import type { KvVersion } from '../../vault/kv.js';
import { vaultPath } from '../../vault/paths.js';
import type { Secret, SecretOutcome, SecretPath } from '../../vault/secrets.js';
import type { Vault } from '../../vault/vault.js';
import type { Backend, BackendHealth, Resolution } from '../backend.js';
import { contentCost } from '../resolve-snapshot.js';
import { vaultKeys, type VaultKeyOptions } from './vault-keys.js';

export interface VaultBackendOptions extends VaultKeyOptions {
  readonly name: string;
  /** Closed with the backend. */
  readonly vault: Vault;
  /** Where the engine is mounted: `secret`. */
  readonly mount: string;
  readonly kvVersion: KvVersion;
  /** Between mount and keys; empty: nothing. Version 2 alone has it. */
  readonly pathToKey: string;
  /** Whether `mount` is all that stands before keys: nothing is put between, not even version 2's `data`. */
  readonly fullKeyPath: boolean;
  readonly cacheBytes: number;
}

export function createVaultBackend(options: VaultBackendOptions): Backend {
  const { name, vault } = options;
  const { secrets } = vault;
  const resolutions = createByteCache<string, Resolution>(options.cacheBytes);
  const propertiesOf = createFlattened();

  const callerOf = (query: Query): CallerToken | null => {
    if (!vault.needsCaller) return null;
    if (query.token !== undefined) return query.token;
    throw new ConfigServerError(
      'CONFIG_TOKEN_MISSING',
      'Secrets are read with the token of who asks, and the request has no header X-Config-Token.',
    );
  };
  const keysOf = (query: Query): readonly KeyAt[] =>
    vaultKeys(query, options).map((key) => ({ key, at: { path: pathOf(key, options), version: options.kvVersion } }));

  const resolutionOf = (found: readonly (readonly [string, Secret])[]): Resolution => {
    const contentId = contentIdOf(found);
    const known = resolutions.get(contentId);
    if (known !== undefined) return known;
    const sources = found.flatMap(([key, { values }]): PropertySource[] =>
      values === null ? [] : [{ name: `vault:${key}`, properties: propertiesOf(values) }],
    );
    const resolution = { version: null, state: null, sources, contentId };
    resolutions.set(contentId, resolution, contentCost(resolution));
    return resolution;
  };

  const stampOf = (query: Query): string | undefined => {
    const caller = vault.needsCaller ? query.token : null;
    if (caller === undefined) return undefined;
    const here: (readonly [string, Secret])[] = [];
    for (const { key, at } of keysOf(query)) {
      const secret = secrets.peek(at, caller);
      if (secret === undefined) return undefined;
      here.push([key, secret]);
    }
    return contentIdOf(here);
  };

  return {
    name,
    async resolve(query, signal) {
      const caller = callerOf(query);
      const found = await Promise.all(
        keysOf(query).map(async ({ key, at }): Promise<readonly [string, Secret]> => {
          return [key, secretOf(await secrets.get(at, caller, signal), key, caller)];
        }),
      );
      signal.throwIfAborted();
      return resolutionOf(found);
    },
    stamp: stampOf,
    readFile: (_query, path) =>
      Promise.reject(
        new ConfigServerError('CONFIG_RESOURCE_NOT_FOUND', `There is no resource ${JSON.stringify(path)}.`),
      ),
    knows(query) {
      const caller = vault.needsCaller ? query.token : null;
      if (caller === undefined) return Promise.resolve(false);
      const keys = keysOf(query);
      // Who asks whether it is known asks again: nobody waits, and the next time it is.
      if (caller === null) for (const { at } of keys) secrets.prefetch(at);
      return Promise.resolve(keys.every(({ at }) => secrets.has(at, caller)));
    },
    repositories: () => [],
    refresh() {
      secrets.expire();
      return Promise.resolve([]);
    },
    health: (query) => healthOf(vault, query !== undefined && stampOf(query) !== undefined),
    onVersionChange: () => () => undefined,
    start() {
      vault.start();
      return Promise.resolve();
    },
    close: () => vault.close(),
  };
}

interface KeyAt {
  readonly key: string;
  readonly at: SecretPath;
}

/** @throws ConfigServerError CONFIG_NAME_INVALID */
function pathOf(key: string, { mount, kvVersion, pathToKey, fullKeyPath }: VaultBackendOptions): string {
  if (fullKeyPath || kvVersion === 1) return vaultPath(mount, key);
  return vaultPath(mount, 'data', pathToKey, key);
}

function secretOf(outcome: SecretOutcome, key: string, caller: CallerToken | null): Secret {
  if (outcome.kind === 'secret') return outcome.secret;
  if (outcome.kind === 'unusable')
    throw new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      `Vault cannot be read for "vault:${key}": ${outcome.reason}.`,
    );
  if (outcome.kind === 'unavailable')
    throw new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `Vault cannot be read: ${outcome.reason}.`);
  if (caller === null)
    throw new ConfigServerError(
      'CONFIG_SOURCE_UNAVAILABLE',
      `Vault does not let this server read "vault:${key}" (${outcome.status}).`,
    );
  throw new ConfigServerError(
    'CONFIG_FORBIDDEN',
    `Vault does not let the token of the request (X-Config-Token) read "vault:${key}".`,
  );
}

/** Ids of secrets are keyed, so that this tells nothing either. */
function contentIdOf(found: readonly (readonly [string, Secret])[]): string {
  const text = found.map(([key, { id, values }]) => `${key}\n${values === null ? '' : id}`).join('\n');
  return createHash('sha256').update(`vault\n${text}`).digest('hex');
}

function createFlattened(): (values: TreeMap) => ReadonlyMap<string, Property> {
  const flattened = new WeakMap<TreeMap, ReadonlyMap<string, Property>>();
  return (values) => {
    const known = flattened.get(values) ?? asSecrets(flattenTree(values));
    flattened.set(values, known);
    return known;
  };
}

function asSecrets(properties: ReadonlyMap<string, Property>): ReadonlyMap<string, Property> {
  return new Map([...properties].map(([key, property]) => [key, { ...property, secret: true }]));
}

/** In the name of callers there is nothing that a probe could find out; else it is ready once Vault has let it in. */
function healthOf(vault: Vault, isFresh: boolean): BackendHealth {
  const { lastSuccess, failure } = vault.secrets.state();
  const error = failure ?? vault.loginFailure();
  return {
    ready: vault.needsCaller || lastSuccess !== null || vault.hasLoggedIn(),
    lastSuccess,
    error: error === null ? null : `Vault cannot be read: ${error}`,
    ...(failure !== null && !isFresh && { isOutdated: true }),
  };
}
