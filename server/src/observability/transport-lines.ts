import type { CairnEvent } from '../core/events.js';
import { line, type Line } from './line.js';

export const transportEvents = [
  'tls-replaced',
  'tls-failed',
  'tls-ending',
  'client-certificate-refused',
  'connection-ended',
] as const;

export type TransportEvent = Extract<CairnEvent, { type: (typeof transportEvents)[number] }>;

export function transportLine(event: TransportEvent): Line {
  switch (event.type) {
    case 'tls-replaced': {
      const expires = new Date(event.expiresAt).toISOString();
      return line('info', `TLS: the certificate, or what is trusted, was replaced; it ends ${expires}`, { expires });
    }
    case 'tls-ending': {
      const ends = new Date(event.endsAt).toISOString();
      const what = event.what === 'certificate' ? 'the certificate of the server' : 'a revocation list';
      return line('warn', `TLS: ${what} ends ${ends}`, { ends });
    }
    case 'tls-failed':
      return line('error', `${event.message} What was there before goes on.`);
    case 'connection-ended': {
      const { address, reason } = event;
      return line('warn', `a connection was ended: ${reason}`, { address });
    }
    case 'client-certificate-refused': {
      const { address, reason } = event;
      return line('warn', `a client was refused by its certificate: ${reason}`, { address, reason });
    }
  }
}
