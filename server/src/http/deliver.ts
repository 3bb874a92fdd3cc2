import type { Query } from '../core/query.js';
import type { Withheld } from '../security/withheld.js';
import type { Environments } from '../environments/environments.js';
import { notModifiedHeaders, okHeaders, type AnswerHead, type RawHeaders } from './answer-headers.js';
import type { Coding, Compression } from './compression.js';
import { isNotModified } from './conditional.js';
import type { AppContext } from './context.js';
import { answeredDecision } from './answered-decision.js';
import type { HotLane } from './hot-lane.js';
import type { Provenance, Representation } from './representation.js';

export interface Delivery {
  readonly representation: Representation;
  readonly provenance: Provenance;
  readonly query: Query;
  /** From before the environment was looked up: while it stands, the same request may be answered from prepared bytes. */
  readonly stamp?: string | undefined;
  /** What was left out of an environment for who asks; part of what a prepared answer is kept by. */
  readonly withheld?: Withheld | null;
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
    noteAnswer(ctx, provenance);
    const encoded = await compression.encode(representation, preferredCoding(ctx), ctx.state.signal);
    if (stamp !== undefined) {
      const { principal, generation, decision } = ctx.state;
      const viewId = viewIdOf(delivery);
      const admission = { viewId, generation, decision };
      hotLane.remember(ctx.req, { representation, provenance, encoded, query, stamp, principal, admission });
    }
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

/** The audit is told what was served, and how much of it was not. */
function noteAnswer({ state }: AppContext, provenance: Provenance): void {
  if (state.decision !== undefined) state.decision = answeredDecision(state.decision, provenance);
}

/** What one is given as an instance is kept apart from what others are given who send the same id and may not use it. */
function viewIdOf({ withheld, query }: Delivery): string {
  return `${withheld?.id ?? ''}${query.instance === undefined ? '' : ' instance'}`;
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
