/** HTTP/2 on connections that have shaken hands: bounds on streams, on headers, and on streams that are given up. */
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Emit } from '../core/events.js';
import type { Listener } from './exchange.js';
import type { HttpLimits } from './limits.js';

export interface Http2Options {
  readonly limits: HttpLimits;
  readonly listener: Listener;
  readonly emit: Emit;
}

export interface Http2Sessions {
  /** Speaks HTTP/2 on `socket`. */
  take(socket: TLSSocket): void;
  /** Takes no new requests on any connection, or on those of `sockets`; those in flight finish. */
  retire(sockets?: ReadonlySet<unknown>): void;
  /** Ends what is left. */
  destroy(): void;
}

const pseudoHeaders = 4;
/** Answers that are under way count, though they are shared with the caches; past it new requests are refused. */
const memoryMiB = 64;

export function createHttp2Sessions({ limits, listener, emit }: Http2Options): Http2Sessions {
  const sessions = new Map<ServerHttp2Session, TLSSocket>();
  const headerBytes = limits.requestTarget + limits.headerBytes;
  const server = createServer({
    settings: {
      enablePush: false,
      maxConcurrentStreams: limits.streams,
      maxHeaderListSize: headerBytes,
    },
    maxHeaderListPairs: limits.headerCount + pseudoHeaders,
    maxSessionMemory: memoryMiB,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
  });
  server.on('request', (request, response) => {
    // The limit in the settings does not hold before the client has taken note of them.
    if (sizeOf(request.rawHeaders) > headerBytes) response.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else listener(request, response);
  });
  server.on('session', (session) => {
    session.setTimeout(limits.keepAliveTime, () => {
      session.close();
    });
    session.on('stream', (stream) => {
      limitReceiving(stream, limits.requestTime);
    });
    session.once('close', () => sessions.delete(session));
  });
  // A broken frame ends its connection; that is all there is to do.
  server.on('sessionError', () => undefined);
  return {
    take(socket) {
      const onSession = (session: ServerHttp2Session): void => {
        sessions.set(session, socket);
        limitResets(session, () => {
          emit({
            type: 'connection-ended',
            address: socket.remoteAddress ?? '',
            reason: 'too many streams were given up',
          });
          session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
          socket.destroy();
        });
      };
      // One that has gone meanwhile gets no session; the next must not be taken for its own.
      server.once('session', onSession);
      server.emit('connection', socket);
      server.off('session', onSession);
    },
    retire(sockets) {
      for (const [session, socket] of sessions) if (sockets?.has(socket) !== false) session.close();
    },
    destroy() {
      for (const socket of sessions.values()) socket.destroy();
    },
  };
}

/** As RFC 9113 counts them: with 32 bytes for each field. */
function sizeOf(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((size, text) => size + text.length + 16, 0);
}

/** A body must have come in time; requests without one have come whole. */
function limitReceiving(stream: ServerHttp2Stream, ms: number): void {
  if (stream.readableEnded || stream.endAfterHeaders) return;
  const timer = setTimeout(() => {
    stream.close(constants.NGHTTP2_CANCEL);
  }, ms);
  const done = (): void => {
    clearTimeout(timer);
  };
  stream.once('end', done);
  stream.once('close', done);
}

const givenUpBurst = 200;
const givenUpPerSecond = 10;

/**
 * Streams that are opened only to be given up cost the server work and the client nothing (CVE-2023-44487): a connection may
 * have a few of them, and some a second.
 */
function limitResets(session: ServerHttp2Session, end: () => void): void {
  let left = givenUpBurst;
  let since = performance.now();
  let isEnded = false;
  const count = (): void => {
    const now = performance.now();
    left = Math.min(givenUpBurst, left + ((now - since) / 1000) * givenUpPerSecond) - 1;
    since = now;
    if (left >= 0) return;
    isEnded = true;
    end();
  };
  session.on('stream', (stream) => {
    stream.once('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && !isEnded) count();
    });
  });
}
