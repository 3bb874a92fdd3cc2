import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawHeaders } from './answer-headers.js';

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/** A listener that answers what the HTTP parser refuses, and ends the connection. */
export function clientErrorAnswer(
  targetLimit: number,
  security: RawHeaders,
): (error: ParserError, socket: Duplex) => void {
  return (error, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
    else socket.end(answerTo(statusOf(error, targetLimit), security));
  };
}

function answerTo(status: number, security: RawHeaders): string {
  const reason = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ type: 'about:blank', title: reason, status, error: reason });
  return [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/problem+json',
    ...security.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${security[at + 1] ?? ''}`] : [])),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

function statusOf({ code, rawPacket }: ParserError, targetLimit: number): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code !== 'HPE_HEADER_OVERFLOW') return 400;
  return rawPacket !== undefined && hasLongTarget(rawPacket, targetLimit) ? 414 : 431;
}

/** Whether it is the request line that was too much. */
function hasLongTarget(packet: Buffer, targetLimit: number): boolean {
  const end = packet.indexOf('\n');
  return end < 0 || end > targetLimit;
}
