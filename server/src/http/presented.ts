import { TLSSocket } from 'node:tls';
import { certificateOf } from '../security/certificate-of.js';
import type { ClientCertificate, Presented } from '../security/presented.js';
import type { AnyRequest } from './exchange.js';

/** What `request` brings to be recognized by. Reads raw header lines: Node keeps only the first of two `Authorization`. */
export function presentedBy(request: AnyRequest): Presented {
  const made = presentedOf.get(request) ?? present(request);
  presentedOf.set(request, made);
  requestOf.set(made, request);
  return made;
}

const presentedOf = new WeakMap<AnyRequest, Presented>();
const requestOf = new WeakMap<Presented, AnyRequest>();

/** The request that `presented` is of. */
export function requestBehind(presented: Presented): AnyRequest | undefined {
  return requestOf.get(presented);
}

function present(request: AnyRequest): Presented {
  const { rawHeaders, socket } = request;
  return {
    header: (name) => linesOf(rawHeaders, name),
    get certificate() {
      return peerCertificate(socket);
    },
    address: socket.remoteAddress ?? '',
  };
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

function peerCertificate(socket: unknown): ClientCertificate | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const kept = known.get(socket);
  if (kept !== undefined) return kept;
  const shown = socket.getPeerX509Certificate();
  const certificate = shown === undefined ? null : certificateOf(shown);
  known.set(socket, certificate);
  return certificate;
}
