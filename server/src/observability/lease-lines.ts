import type { CairnEvent } from '../core/events.js';
import { line, type Line } from './line.js';

export const leaseEvents = ['lease-created', 'lease-renewed', 'lease-replaced', 'lease-ended', 'lease-failed'] as const;

export type LeaseEvent = Extract<CairnEvent, { type: (typeof leaseEvents)[number] }>;

const actions = { read: 'had', renew: 'renewed', replace: 'replaced', revoke: 'revoked' } as const;

/** Paths and who shares a secret are told, never a value or the id of a lease. */
export function leaseLine(event: LeaseEvent): Line {
  const { path, scope } = event;
  const what = `the dynamic secret ${path} (${scope})`;
  switch (event.type) {
    case 'lease-created':
      return line('debug', `${what} is there`, { path, scope, seconds: event.seconds });
    case 'lease-renewed':
      return line('debug', `${what} is renewed`, { path, scope, seconds: event.seconds });
    case 'lease-replaced':
      return line('info', `${what} is replaced`, { path, scope, seconds: event.seconds });
    case 'lease-ended': {
      if (event.isIdle) return line('debug', `${what} has ended, nobody asks for it`, { path, scope });
      return line('warn', `${what} has ended without another one`, { path, scope });
    }
    case 'lease-failed': {
      const { action, reason } = event;
      return line('warn', `${what} cannot be ${actions[action]}: ${reason}`, { path, scope, action });
    }
  }
}
