import type { ServedEnvironment } from '../environments/environments.js';
import type { Provenance } from './representation.js';

export function provenanceOf(served: ServedEnvironment): Provenance {
  return {
    digest: served.digest,
    version: served.environment.version,
    ...(served.versions.length === 0 ? {} : { versions: served.versions }),
    isOlder: served.staleReason !== null || served.isStale,
    withheldKeys: served.withheldKeys ?? 0,
  };
}
