import { Readable } from 'node:stream';
import { constants } from 'node:http2';
import { isHttp2, type AnyResponse } from './exchange.js';

/** Server-sent events (WHATWG) to one client. */
export interface EventStream {
  /** What is answered. */
  readonly body: Readable;
  /** Fires when the stream is over, whoever ended it. */
  readonly signal: AbortSignal;
  /** Sends an event; `data` is one line. A client that takes too little of what it is sent is cut off. */
  send(event: SentEvent): void;
  /** Sends what keeps the connection alive and means nothing. */
  beat(): void;
  /** Ends the answer. Idempotent. */
  end(): void;
}

export interface SentEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface EventStreamOptions {
  readonly response: AnyResponse;
  /** After which time a client comes again, in milliseconds. */
  readonly retryMs: number;
}

/** Bytes that may wait for a client that does not take them. */
export const mostWaiting: number = 64 * 1024;

export function createEventStream({ response, retryMs }: EventStreamOptions): EventStream {
  const over = new AbortController();
  const body = new Readable({ read: () => undefined });
  const end = (): void => {
    if (over.signal.aborted) return;
    over.abort();
    body.push(null);
  };
  const write = (text: string): void => {
    if (over.signal.aborted) return;
    body.push(text);
    if (body.readableLength <= mostWaiting) return;
    over.abort();
    body.destroy();
    cutOff(response);
  };
  body.once('close', () => {
    over.abort();
  });
  response.once('close', () => {
    body.destroy();
  });
  write(`retry: ${retryMs}\n\n`);
  return {
    body,
    signal: over.signal,
    send: ({ event, id, data }) => {
      write(`event: ${event}\nid: ${id}\ndata: ${data}\n\n`);
    },
    beat: () => {
      write(':\n\n');
    },
    end,
  };
}

/** Without what still waits. */
function cutOff(response: AnyResponse): void {
  if (isHttp2(response)) response.stream.close(constants.NGHTTP2_CANCEL);
  else response.destroy();
}
