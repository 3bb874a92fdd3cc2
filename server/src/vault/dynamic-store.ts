import { ConfigServerError, isConfigServerError } from '../core/errors.js';
import { matchesPath, patternSegments, patternTokens } from '../core/patterns.js';
import type { DynamicRole, LeaseAt } from './lease-at.js';
import { readParameters } from './lease-parameters.js';
import type { Leases } from './leases.js';
import { vaultPath } from './paths.js';
import type { SecretAddress, SecretAsker, SecretStore } from './secret-store.js';
import type { SecretOutcome } from './secrets.js';

/** Secrets that Vault makes for whoever asks. */
export interface DynamicSecret extends DynamicRole {
  /** `database/creds/orders`; `*` stands for any text within a segment. */
  readonly path: string;
  /** Who shares one. */
  readonly per: 'server' | 'application' | 'instance';
  /** Posted, where there are any. They may have `{application}`, `{profile}` and `{instance}`. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface DynamicStoreOptions {
  readonly leases: Pick<Leases, 'get' | 'peek' | 'revision' | 'tell'>;
  /** The first one whose path fits is taken. */
  readonly dynamic: readonly DynamicSecret[];
}

type Place =
  | { readonly kind: 'at'; readonly at: LeaseAt }
  | { readonly kind: 'instance-missing' }
  | { readonly kind: 'refused'; readonly at: LeaseAt; readonly reason: string }
  /** The path leads nowhere, or has a version, which such a secret has not. */
  | { readonly kind: 'nowhere' };

/**
 * The secrets that the server leases for those who refer to them. `get` throws CONFIG_INSTANCE_MISSING where each instance
 * has its own, and the asker does not say which it is.
 */
export function createDynamicStore({ leases, dynamic }: DynamicStoreOptions): SecretStore {
  const entries = dynamic.map((secret) => ({ secret, fits: fitsPath(secret.path) }));
  const find = (path: string): DynamicSecret | undefined => entries.find(({ fits }) => fits(path))?.secret;
  return {
    holds: (path) => find(path) !== undefined,
    async get(address, asker, signal) {
      const place = placeOf(find(address.path), address, asker);
      if (place.kind === 'at') return leases.get(place.at, signal);
      if (place.kind === 'instance-missing') throw instanceMissing(address);
      if (place.kind === 'refused') {
        const { path, scope } = place.at;
        leases.tell({ type: 'lease-failed', path, scope, action: 'read', reason: place.reason });
      }
      return notTaken;
    },
    peek(address, asker) {
      const place = placeOf(find(address.path), address, asker);
      return place.kind === 'at' ? leases.peek(place.at) : undefined;
    },
    get revision() {
      return leases.revision;
    },
  };
}

const notTaken: SecretOutcome = { kind: 'refused', status: 400 };

function fitsPath(pattern: string): (path: string) => boolean {
  const segments = patternSegments(patternTokens(pattern)) ?? [];
  return (path) => matchesPath(segments, path.split('/'));
}

function placeOf(secret: DynamicSecret | undefined, { path, pin }: SecretAddress, asker: SecretAsker): Place {
  const wire = wirePath(path);
  if (secret === undefined || wire === undefined || pin !== null) return { kind: 'nowhere' };
  if (secret.per === 'instance' && asker.instance === null) return { kind: 'instance-missing' };
  const application = asker.application.split(',').flatMap((name) => name.trim() || []);
  const parameters = readParameters(secret.parameters, { ...asker, application: application.join(',') });
  const scope = scopeOf(secret, application.join(','), asker.instance);
  const at = { role: secret, path: wire, scope, parameters: parameters.values };
  return parameters.problem === undefined ? { kind: 'at', at } : { kind: 'refused', at, reason: parameters.problem };
}

function scopeOf({ per }: DynamicSecret, application: string, instance: string | null): string {
  if (per === 'server') return 'server';
  return per === 'application' ? `application ${application}` : `instance ${instance ?? ''} of ${application}`;
}

function wirePath(path: string): string | undefined {
  try {
    return vaultPath(path);
  } catch (error) {
    if (isConfigServerError(error, 'CONFIG_NAME_INVALID')) return undefined;
    throw error;
  }
}

function instanceMissing({ path }: SecretAddress): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_INSTANCE_MISSING',
    'The configuration refers to a secret that each instance has for itself, and the request has no header X-Config-Instance; 1 to 128 letters, digits and "_.:-" would be taken.',
    { diagnostics: { secret: path } },
  );
}
