import type { CairnEvent } from '../core/events.js';
import { line, type Line } from './line.js';

export const securityEvents = [
  'policy-replaced',
  'policy-refused',
  'credentials-replaced',
  'credentials-refused',
  'authentication-refused',
  'authentication-failed',
  'authentication-recovered',
] as const;

export type SecurityEvent = Extract<CairnEvent, { type: (typeof securityEvents)[number] }>;

/** Who is known, and who may what. */
export function securityLine(event: SecurityEvent): Line {
  switch (event.type) {
    case 'policy-replaced':
      return line('info', 'the policy was replaced', { generation: event.generation });
    case 'policy-refused':
      return line('error', `the policy stays as it was: ${event.message}`);
    case 'credentials-replaced': {
      const { type: _, added, changed, removed, ...more } = event;
      const counts = `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
      const what = `users and API tokens were replaced: ${counts}${more.isComplete ? '' : ' and more'}`;
      return line('info', what, { added, changed, removed, ...more });
    }
    case 'credentials-refused':
      return line('error', `users and API tokens stay as they were: ${event.message}`);
    case 'authentication-refused': {
      const { scheme, reason, address, more } = event;
      const others = more === 0 ? '' : `; ${more} more were refused before`;
      return line('info', `credential refused: ${reason}${others}`, { scheme, address });
    }
    case 'authentication-failed':
      return line('warn', `credentials cannot be checked: ${event.message}`, { issuer: event.issuer });
    case 'authentication-recovered':
      return line('info', 'credentials can be checked again', { issuer: event.issuer });
  }
}
