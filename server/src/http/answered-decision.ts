import type { Decision } from '../core/audit.js';
import { versionText } from './answer-headers.js';
import type { Provenance } from './representation.js';

/** A decision of which it is known what was served. */
export function answeredDecision(decision: Decision, provenance: Provenance): Decision {
  const { digest, withheldKeys } = provenance;
  return {
    ...decision,
    version: versionText(provenance),
    digest,
    ...(withheldKeys === 0 ? {} : { withheld: withheldKeys }),
  };
}
