import { createServer as createHttpsServer, type Server } from 'node:https';
import type { ServerOptions } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Emit } from '../core/events.js';
import type { ClientAuthentication, Tls } from '../security/tls.js';
import { createCertified, type Certified } from './certified.js';
import type { Listener } from './exchange.js';
import { createHttp2Sessions, type Http2Sessions } from './http2-sessions.js';
import type { HttpLimits } from './limits.js';

export interface TlsServerOptions {
  readonly tls: Tls;
  readonly clientAuthentication: ClientAuthentication;
  readonly speaksHttp2: boolean;
  readonly server: ServerOptions;
  readonly limits: HttpLimits;
  readonly listener: Listener;
  readonly emit: Emit;
}

export interface TlsServer {
  readonly server: Server;
  /** Null: HTTP/1.1 alone is spoken. */
  readonly sessions: Http2Sessions | null;
}

/** A server over TLS whose certificate and trust are replaced while it runs; connections that are open are kept. */
export function createTlsServer(options: TlsServerOptions): TlsServer {
  const { tls, clientAuthentication, speaksHttp2, emit } = options;
  const certified = createCertified();
  const listener = clientAuthentication === 'none' ? options.listener : certified.counting(options.listener);
  const sessions = speaksHttp2 ? createHttp2Sessions({ ...options, listener }) : null;
  const server = createHttpsServer(
    {
      ...options.server,
      ...tls.context(),
      ALPNProtocols: sessions === null ? ['http/1.1'] : ['h2', 'http/1.1'],
      handshakeTimeout: options.limits.headersTime,
      requestCert: clientAuthentication !== 'none',
      // The look at `refusalOf` decides: Node would not tell whose certificate it refused.
      rejectUnauthorized: false,
    },
    listener,
  );
  const serve = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    const reason = refusalOf(socket, clientAuthentication);
    if (reason !== null) {
      emit({ type: 'client-certificate-refused', address: socket.remoteAddress ?? '', reason });
      socket.destroy();
      return;
    }
    if (socket.authorized) certified.add(socket);
    if (socket.alpnProtocol === 'h2') sessions?.take(socket);
    else for (const one of serve) one.call(server, socket);
  });
  followChanges(options, { server, sessions }, certified);
  return { server, sessions };
}

function followChanges({ tls }: TlsServerOptions, { server, sessions }: TlsServer, certified: Certified): void {
  tls.onChange((context, isTrustChanged) => {
    server.setSecureContext(context);
    if (!isTrustChanged) return;
    // Whoever is known by a certificate shows it again: it may have been taken back.
    const retired = certified.retire();
    sessions?.retire(retired);
  });
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
