import { createServer as createHttpsServer, type Server } from 'node:https';
import type { RequestListener, ServerOptions } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Emit } from '../core/events.js';
import type { ClientAuthentication, Tls } from '../security/tls.js';

export interface TlsServerOptions {
  readonly tls: Tls;
  readonly server: ServerOptions;
  /** Milliseconds in which a client must have shaken hands. */
  readonly handshakeTime: number;
  readonly listener: RequestListener;
  readonly emit: Emit;
}

/** A server over TLS whose certificate and trust are replaced while it runs; connections that are open are kept. */
export function createTlsServer({ tls, server, handshakeTime, listener, emit }: TlsServerOptions): Server {
  const { clientAuthentication } = tls;
  const made = createHttpsServer(
    {
      ...server,
      ...tls.context(),
      handshakeTimeout: handshakeTime,
      requestCert: clientAuthentication !== 'none',
      // The look at `refusalOf` decides: Node would not tell whose certificate it refused.
      rejectUnauthorized: false,
    },
    listener,
  );
  tls.onChange((context) => {
    made.setSecureContext(context);
  });
  const serve = made.listeners('secureConnection');
  made.removeAllListeners('secureConnection');
  made.on('secureConnection', (socket: TLSSocket) => {
    const reason = refusalOf(socket, clientAuthentication);
    if (reason === null) {
      for (const one of serve) one.call(made, socket);
      return;
    }
    emit({ type: 'client-certificate-refused', address: socket.remoteAddress ?? '', reason });
    socket.destroy();
  });
  return made;
}

/**
 * Why a client may not come in by what it showed; null: it may. Whoever shows a certificate wants to be known by it, so that
 * one that is not right is refused where none would do: serving it as nobody would hide what is wrong.
 */
function refusalOf(socket: TLSSocket, mode: ClientAuthentication): string | null {
  if (mode === 'none' || socket.authorized) return null;
  if (socket.getPeerX509Certificate() === undefined) return mode === 'required' ? 'NO_CERTIFICATE' : null;
  const error: unknown = socket.authorizationError;
  return typeof error === 'string' ? error : 'NOT_VERIFIED';
}
