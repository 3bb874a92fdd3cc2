import type { Decision } from '../core/audit.js';
import { createByteCache } from '../core/byte-cache.js';
import type { Access } from '../security/access.js';
import type { Authenticator } from '../security/authenticator.js';
import type { Principal } from '../security/principal.js';
import { presentedBy } from './presented.js';
import type { AnyRequest } from './exchange.js';

/** That a principal was let to a target. */
export interface Admission {
  /** What of the answer is withheld from it: answers are kept by it. */
  readonly viewId: string;
  /** Of the policy that decided. */
  readonly generation: number;
  readonly decision: Decision | undefined;
}

/** Who was let to which target, for as long as the policy stands and the credential is known. */
export interface Admissions {
  /** Without any wait: undefined where it has to be found out. */
  find(request: AnyRequest): Admission | undefined;
  keep(request: AnyRequest, principal: Principal, admission: Admission): void;
}

export interface AdmissionsOptions {
  readonly authenticator: Authenticator;
  readonly access: Access;
  readonly cacheBytes: number;
}

/** What an entry costs beside its key, about. */
const ENTRY_BYTES = 512;

export function createAdmissions({ authenticator, access, cacheBytes }: AdmissionsOptions): Admissions {
  const admissions = createByteCache<string, Admission>(cacheBytes);
  return {
    find(request) {
      const principal = authenticator.recognize(presentedBy(request));
      if (principal === undefined) return undefined;
      const admission = admissions.get(keyOf(principal, request));
      return admission?.generation === access.generation ? admission : undefined;
    },
    keep(request, principal, admission) {
      const key = keyOf(principal, request);
      admissions.set(key, admission, key.length + ENTRY_BYTES);
    },
  };
}

/** Whether an instance's id may be used is decided where there is one. */
function keyOf({ key }: Principal, { url = '', headers }: AnyRequest): string {
  return `${key}\n${headers['x-config-instance'] === undefined ? '' : 'instance'}\n${url}`;
}
