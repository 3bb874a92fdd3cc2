import { Http2ServerRequest } from 'node:http2';
import { TLSSocket } from 'node:tls';
import { certificateOf } from '../security/certificate-of.js';
import type { ClientCertificate, Presented } from '../security/presented.js';
import { presentedSlot, type AnyRequest } from './exchange.js';

/**
 * What `request` brings to be recognized by, the same again for the same request: what is taken from somebody's rate is known
 * by it. Reads raw header lines: Node keeps only the first of two `Authorization`.
 */
export function presentedBy(request: AnyRequest): Presented {
  return (request[presentedSlot] ??= new PresentedRequest(request));
}

/** The request that `presented` is of. */
export function requestBehind(presented: Presented): AnyRequest | undefined {
  return presented instanceof PresentedRequest ? presented.request : undefined;
}

/** A class, because every request makes one, and most need a line of it. */
class PresentedRequest implements Presented {
  readonly request: AnyRequest;

  constructor(request: AnyRequest) {
    this.request = request;
  }

  header(name: string): readonly string[] {
    return linesOf(this.request.rawHeaders, name);
  }

  get certificate(): ClientCertificate | null {
    return peerCertificate(this.request.socket, this.connection);
  }

  get address(): string {
    return this.request.socket.remoteAddress ?? '';
  }

  get connection(): object {
    return connectionOf(this.request);
  }
}

/** In HTTP/2 each request has a socket that is none: what they share is the session. */
function connectionOf(request: AnyRequest): object {
  return request instanceof Http2ServerRequest ? (request.stream.session ?? request.socket) : request.socket;
}

function linesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const line = rawHeaders[i];
    if (line?.length === name.length && line.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  }
  return values;
}

/** A connection keeps its certificate, and reading one takes time. */
const known = new WeakMap<object, ClientCertificate | null>();

function peerCertificate(socket: unknown, connection: object): ClientCertificate | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const kept = known.get(connection);
  if (kept !== undefined) return kept;
  const shown = socket.getPeerX509Certificate();
  const certificate = shown === undefined ? null : certificateOf(shown);
  known.set(connection, certificate);
  return certificate;
}
