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
  /** Who asks, without any wait: undefined where it has to be found out. */
  recognize(request: AnyRequest): Principal | undefined;
  find(request: AnyRequest, principal: Principal): Admission | undefined;
  /** Whether the policy that decided is still in force. */
  isGood(admission: Admission): boolean;
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
  const isGood = ({ generation }: Admission): boolean => generation === access.generation;
  return {
    isGood,
    recognize: (request) => authenticator.recognize(presentedBy(request)),
    find(request, principal) {
      const admission = admissions.get(keyOf(principal, request));
      return admission !== undefined && isGood(admission) ? admission : undefined;
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
