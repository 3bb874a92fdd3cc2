import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { createSingleFlight } from '../core/single-flight.js';
import { createByteCache } from '../core/byte-cache.js';
import type { EncodedBody } from './answer-headers.js';
import type { Representation } from './representation.js';

export type Coding = 'gzip' | 'br';

/** Below this a compressed copy saves no packet. */
const WORTH_BYTES = 1024;

const compress: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  gzip: (body) => promisify(gzip)(body, { level: 6 }),
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
};

/** Bodies in a content coding, each compressed once and kept. */
export interface Compression {
  encode(representation: Representation, coding: Coding | 'identity', signal: AbortSignal): Promise<EncodedBody>;
}

export function createCompression(cacheBytes: number): Compression {
  const copies = createByteCache<string, Buffer>(cacheBytes);
  const flights = createSingleFlight<Buffer>();
  const copy = async (key: string, body: Buffer, coding: Coding): Promise<Buffer> => {
    const made = await compress[coding](body);
    copies.set(key, made, made.length);
    return made;
  };
  return {
    async encode({ body, bodyKey }, coding, signal) {
      if (coding === 'identity' || body.length < WORTH_BYTES) return { body, encoding: 'identity' };
      const key = `${coding} ${bodyKey}`;
      const made = copies.get(key) ?? (await flights.run(key, signal, () => copy(key, body, coding)));
      return made.length < body.length ? { body: made, encoding: coding } : { body, encoding: 'identity' };
    },
  };
}
