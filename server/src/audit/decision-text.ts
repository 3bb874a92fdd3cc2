import type { Decision, Occasion } from '../core/audit.js';
import { asciiJson, members } from './ascii-json.js';

/** The members of a decision's record. What stays the same between requests is written once for each object. */
export function createDecisionTexts(): (time: string, decision: Decision, occasion: Occasion) => string {
  const known = new WeakMap<Decision, string>();
  return (time, decision, { address, traceId }) => {
    let lasting = known.get(decision);
    if (lasting === undefined) {
      lasting = textOf(decision);
      known.set(decision, lasting);
    }
    const trace = traceId === null ? '' : `,"traceId":${textJson(traceId)}`;
    return `"time":"${time}",${lasting},"address":${address === null ? 'null' : textJson(address)}${trace}`;
  };
}

function textOf(decision: Decision): string {
  const { isAllowed, rule, principal, scheme, method, route, resource, withheld = 0 } = decision;
  const { application, profiles, label, version, digest } = decision;
  return members({
    kind: 'decision',
    outcome: isAllowed ? 'allowed' : 'denied',
    rule,
    principal,
    scheme,
    method,
    route,
    application,
    profiles,
    label,
    ...(resource === undefined ? {} : { resource }),
    version,
    digest,
    ...(withheld === 0 ? {} : { withheld }),
  });
}

/** Addresses and trace ids need no escapes. */
const plain = /^[\w.:-]{1,64}$/;

function textJson(text: string): string {
  return plain.test(text) ? `"${text}"` : asciiJson(text);
}
