import type { Query } from '../core/query.js';
import type { Environments } from '../environments/environments.js';
import { notModifiedHeaders, okHeaders, type AnswerHead, type RawHeaders } from './answer-headers.js';
import type { Coding, Compression } from './compression.js';
import { isNotModified } from './conditional.js';
import type { AppContext } from './context.js';
import type { HotLane } from './hot-lane.js';
import type { Provenance, Representation } from './representation.js';

export interface Delivery {
  readonly representation: Representation;
  readonly provenance: Provenance;
  readonly query: Query;
  /** From before the environment was looked up: while it stands, the same request may be answered from prepared bytes. */
  readonly stamp?: string | undefined;
}

/** Answers 200 or 304 with validators, in the content coding that the client prefers. */
export type Deliver = (ctx: AppContext, delivery: Delivery) => Promise<void>;

export interface DeliverOptions {
  readonly environments: Environments;
  readonly compression: Compression;
  readonly hotLane: HotLane;
}

export function createDeliver({ environments, compression, hotLane }: DeliverOptions): Deliver {
  return async (ctx, delivery) => {
    const { representation, provenance, query, stamp } = delivery;
    const encoded = await compression.encode(representation, preferredCoding(ctx), ctx.state.signal);
    if (stamp !== undefined) hotLane.remember(ctx.req, { representation, provenance, encoded, query, stamp });
    const head: AnswerHead = { representation, provenance, freshness: environments.freshness(query) };
    if (isNotModified(preconditionsOf(ctx), representation)) {
      setHeaders(ctx, notModifiedHeaders(head));
      ctx.status = 304;
      return;
    }
    setHeaders(ctx, okHeaders(head, { encoding: encoded.encoding, length: encoded.body.length }));
    ctx.status = 200;
    ctx.body = encoded.body;
  };
}

function preferredCoding(ctx: AppContext): Coding | 'identity' {
  const accepted = ctx.get('Accept-Encoding');
  if (accepted === '') return 'identity';
  const chosen = ctx.acceptsEncodings('br', 'gzip', 'identity');
  return chosen === 'br' || chosen === 'gzip' ? chosen : 'identity';
}

function preconditionsOf(ctx: AppContext): { ifNoneMatch: string | undefined; ifModifiedSince: string | undefined } {
  return { ifNoneMatch: ctx.req.headers['if-none-match'], ifModifiedSince: ctx.req.headers['if-modified-since'] };
}

function setHeaders(ctx: AppContext, headers: RawHeaders): void {
  for (let i = 0; i < headers.length; i += 2) ctx.set(headers[i] ?? '', headers[i + 1] ?? '');
}
