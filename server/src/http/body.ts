import type { IncomingMessage } from 'node:http';
import { ConfigServerError } from '../core/errors.js';
import type { AppContext } from './context.js';

/** How much of a refused body is read away, so that the client gets to read the answer. */
const DRAINED_BYTES = 8 * 1024 * 1024;

/** @throws ConfigServerError CONFIG_TOO_LARGE for a body announced as longer than `limit` bytes */
export function checkAnnouncedBody(ctx: AppContext, limit: number): void {
  const announced = Number(ctx.get('Content-Length') || 0);
  if (announced <= limit) return;
  drain(ctx.req);
  throw tooLarge(limit);
}

/**
 * The whole body, at most `limit` bytes of it.
 * @throws ConfigServerError CONFIG_TOO_LARGE
 */
export async function readBody({ req }: AppContext, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      req.off('data', take);
      drain(req);
      reject(tooLarge(limit));
    };
    req.on('data', take);
    req.once('end', () => {
      resolve(Buffer.concat(chunks));
    });
    // The client went away, or the time for its request is up.
    req.once('error', reject);
  });
}

/** Reads and forgets; a client that goes on for ever loses its connection. */
function drain(request: IncomingMessage): void {
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAINED_BYTES) request.socket.destroy();
  });
}

function tooLarge(limit: number): ConfigServerError {
  return new ConfigServerError('CONFIG_TOO_LARGE', `A request body has at most ${limit} bytes (limits.request-body).`);
}
