import { TLSSocket } from 'node:tls';
import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../../security/authenticator.js';
import type { Presented } from '../../security/scheme.js';
import type { AppMiddleware } from '../context.js';

/** Finds out who asks, before any route runs. */
export function authenticate(authenticator: Authenticator): AppMiddleware {
  return async (ctx, next) => {
    ctx.state.principal = await authenticator.authenticate(presentedBy(ctx.req), ctx.state.signal);
    await next();
  };
}

function presentedBy({ headers, socket }: IncomingMessage): Presented {
  return {
    header: (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : value?.join(', ');
    },
    clientCertificate: socket instanceof TLSSocket ? verifiedCertificate(socket) : null,
  };
}

function verifiedCertificate(socket: TLSSocket): Uint8Array | null {
  return socket.authorized ? socket.getPeerCertificate().raw : null;
}
