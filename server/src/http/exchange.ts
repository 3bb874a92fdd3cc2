import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Presented } from '../security/presented.js';
import type { RawHeaders } from './answer-headers.js';

/** What a request brings to be recognized by, kept with it: an entry of a WeakMap costs more than most of an answer. */
export const presentedSlot: unique symbol = Symbol('presented');

/** What is looked at of a request, whichever version of HTTP it came by. */
export interface AnyRequest extends Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'> {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
  [presentedSlot]?: Presented | undefined;
}

export type AnyResponse = ServerResponse | Http2ServerResponse;

/** Answers requests of every version. */
export type Listener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

export function isHttp2(response: AnyResponse): response is Http2ServerResponse {
  return 'stream' in response;
}

export interface WholeAnswer {
  readonly status: number;
  readonly headers: RawHeaders;
  /** A text is `latin1`. */
  readonly body: string | Buffer;
}

/** Writes head and body at once. */
export function writeAnswer(response: AnyResponse, { status, headers, body }: WholeAnswer): void {
  if (isHttp2(response)) response.writeHead(status, objectOf(headers));
  else response.writeHead(status, headers);
  if (body.length === 0) response.end();
  else if (typeof body === 'string') response.end(body, 'latin1');
  else response.end(body);
}

/** The names are ours, each is there once. */
function objectOf(headers: RawHeaders): Record<string, string> {
  const object: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) object[headers[i] ?? ''] = headers[i + 1] ?? '';
  return object;
}

/**
 * Ends a connection (in HTTP/2: a stream) on which nothing of an answer has been taken for `ms`: a client that does not read
 * would hold its answer in memory for as long as it likes.
 */
export function limitWriting(response: AnyResponse, ms: number): void {
  if (isHttp2(response)) {
    const { stream } = response;
    if (stream.writableFinished) return;
    stream.setTimeout(ms, () => {
      stream.close(constants.NGHTTP2_CANCEL);
    });
  } else if ((response.socket?.writableLength ?? 0) > 0) {
    // Without a listener Node ends the connection, but not while it makes progress.
    response.setTimeout(ms);
  }
}
