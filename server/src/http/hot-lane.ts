/**
 * The way of a repeated GET around Koa: prepared headers and bytes for as long as the backend's stamp stands.
 * Whatever it answers, the way through Koa answers in the same bytes; a differential test drives both.
 */
import type { Audit, Decision } from '../core/audit.js';
import { createByteCache } from '../core/byte-cache.js';
import type { Query } from '../core/query.js';
import type { Environments } from '../environments/environments.js';
import type { Freshness } from '../environments/freshness.js';
import { anonymousPrincipal, type Principal } from '../security/principal.js';
import type { Admission, Admissions } from './admissions.js';
import {
  notModifiedHeaders,
  okHeaders,
  type AnswerHead,
  type ContentCoding,
  type EncodedBody,
  type RawHeaders,
} from './answer-headers.js';
import { answeredDecision } from './answered-decision.js';
import { matchesETag } from './conditional.js';
import type { Provenance, Representation } from './representation.js';
import { createShortCuts } from './short-cuts.js';
import type { AnyRequest } from './exchange.js';

/** An answer that only has to be written. */
export interface Prepared {
  readonly status: 200 | 304;
  readonly headers: RawHeaders;
  /** The body's bytes, as a `latin1` string where it is small: head and body then leave in one write. */
  readonly body: string | Buffer;
  /** What the audit is to be told before the answer leaves. */
  readonly decision: Decision | undefined;
}

export interface Memorable {
  readonly representation: Representation;
  readonly provenance: Provenance;
  readonly encoded: EncodedBody;
  readonly query: Query;
  readonly stamp: string;
  readonly principal: Principal;
  readonly admission: Admission;
}

export interface HotLane {
  /** The prepared answer to `request`, where there is one and it still holds. */
  answer(request: AnyRequest): Prepared | undefined;
  /** Keeps an answer for the next request of the same target and preferences. */
  remember(request: AnyRequest, memorable: Memorable): void;
}

export interface HotLaneOptions {
  readonly environments: Environments;
  readonly cacheBytes: number;
  /** Undefined: everybody is let to everything. */
  readonly admissions: Admissions | undefined;
  readonly audit: Pick<Audit, 'isOn' | 'isReady'>;
  /** Whether an instance may be given what no other one is: the one that asks is part of the key then. */
  readonly takesInstances: boolean;
}

/**
 * What may be answered here: a GET without any of these headers. `Accept` and `Accept-Encoding` are part of the key,
 * `X-Config-Instance` too where it matters; `If-None-Match` is evaluated; every other header has no part in the answer.
 */
const EXCLUDED_HEADERS = [
  'content-length',
  'transfer-encoding',
  'prefer',
  'expect',
  'upgrade',
  'x-config-token',
] as const;
const KEY_BYTES = 2048;
const SMALL_BYTES = 32 * 1024;
/** What an entry costs beside its key and body, about: two lists of header values. */
const ENTRY_BYTES = 1024;

interface Entry {
  readonly query: Query;
  readonly stamp: string;
  readonly head: Omit<AnswerHead, 'freshness'>;
  readonly encoding: ContentCoding;
  body: string | Buffer;
  /** Headers as of `freshness`; made anew when the age in them moves. */
  freshness: Freshness;
  ok: RawHeaders;
  notModified: RawHeaders;
  /** False: it had to give way to others, and its bytes with it. */
  isKept: boolean;
}

/** What is answered to a principal. */
interface Answer {
  readonly admission: Admission;
  readonly entry: Entry;
  readonly decision: Decision | undefined;
}

export function createHotLane(options: HotLaneOptions): HotLane {
  const { environments, admissions, audit, takesInstances } = options;
  const entries = createByteCache<string, Entry>(options.cacheBytes, giveWay);
  const shortCuts = createShortCuts<Answer>();
  const isFresh = (entry: Entry): boolean => entry.isKept && environments.stamp(entry.query) === entry.stamp;
  const isGood = ({ admission, entry }: Answer): boolean =>
    isFresh(entry) && (admissions === undefined || admissions.isGood(admission));
  const findEntry = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || isFresh(entry)) return entry;
    entries.delete(key);
    return undefined;
  };
  const find = (request: AnyRequest, principal: Principal): Answer | undefined => {
    const last = shortCuts.find(principal, request);
    if (last !== undefined && isGood(last)) return last;
    const admission = admissions === undefined ? everybody : admissions.find(request, principal);
    if (admission === undefined) return undefined;
    const entry = findEntry(keyOf(request, admission, takesInstances));
    if (entry === undefined) return undefined;
    const answer = { admission, entry, decision: audit.isOn ? told(admission, entry) : undefined };
    shortCuts.keep(principal, request, answer);
    return answer;
  };
  return {
    answer(request) {
      if (!isAdmitted(request) || (audit.isOn && !audit.isReady())) return undefined;
      const principal = admissions === undefined ? anonymousPrincipal : admissions.recognize(request);
      const found = principal && find(request, principal);
      if (found === undefined) return undefined;
      const { entry, decision } = found;
      refresh(entry, environments.freshness(entry.query));
      return prepared(entry, request.headers['if-none-match'], decision);
    },
    remember(request, memorable) {
      const { stamp, query } = memorable;
      const admission = admissions === undefined ? everybody : memorable.admission;
      if (!isAdmitted(request)) return;
      // The stamp moved while the environment was looked up: which of the two it belongs to cannot be known.
      if (environments.stamp(query) !== stamp) return;
      const key = keyOf(request, admission, takesInstances);
      if (key.length > KEY_BYTES) return;
      const entry = entryOf(memorable, environments.freshness(query));
      entries.set(key, entry, key.length + entry.body.length + ENTRY_BYTES);
      admissions?.keep(request, memorable.principal, admission);
    },
  };
}

const everybody: Admission = Object.freeze({ viewId: '', generation: 0, decision: undefined });

/** One object for as long as the answer stands: that is what the audit takes fastest. */
const toldOf = new WeakMap<Admission, { readonly entry: Entry; readonly decision: Decision }>();

/** The answer may have been made for somebody else, and after who asks was let in. */
function told(admission: Admission, entry: Entry): Decision | undefined {
  const known = toldOf.get(admission);
  if (known?.entry === entry) return known.decision;
  if (admission.decision === undefined) return undefined;
  const decision = answeredDecision(admission.decision, entry.head.provenance);
  toldOf.set(admission, { entry, decision });
  return decision;
}

function giveWay(entry: Entry): void {
  entry.isKept = false;
  entry.body = '';
}

function isAdmitted({ method, headers }: AnyRequest): boolean {
  return method === 'GET' && EXCLUDED_HEADERS.every((name) => headers[name] === undefined);
}

function keyOf({ url = '', headers }: AnyRequest, { viewId }: Admission, takesInstances: boolean): string {
  const instance = takesInstances ? String(headers['x-config-instance'] ?? '') : '';
  return `${viewId}\n${url}\n${headers.accept ?? ''}\n${headers['accept-encoding'] ?? ''}\n${instance}`;
}

function entryOf(memorable: Memorable, freshness: Freshness): Entry {
  const { query, stamp, provenance } = memorable;
  const { body, encoding } = memorable.encoded;
  const { contentType, etag } = memorable.representation;
  const kept = {
    query,
    stamp,
    head: { representation: { contentType, etag }, provenance },
    encoding,
    body: body.length <= SMALL_BYTES ? body.toString('latin1') : body,
  };
  return { ...kept, freshness, ...headersOf(kept, freshness), isKept: true };
}

type Kept = Pick<Entry, 'head' | 'encoding' | 'body'>;

function headersOf({ head, encoding, body }: Kept, freshness: Freshness): Pick<Entry, 'ok' | 'notModified'> {
  const dated = { ...head, freshness };
  return { ok: okHeaders(dated, { encoding, length: body.length }), notModified: notModifiedHeaders(dated) };
}

function refresh(entry: Entry, freshness: Freshness): void {
  const known = entry.freshness;
  if (known.ageSeconds === freshness.ageSeconds && known.isStale === freshness.isStale) return;
  Object.assign(entry, headersOf(entry, freshness), { freshness });
}

function prepared(entry: Entry, ifNoneMatch: string | undefined, decision: Decision | undefined): Prepared {
  if (ifNoneMatch !== undefined && matchesETag(ifNoneMatch, entry.head.representation.etag)) {
    return { status: 304, headers: entry.notModified, body: '', decision };
  }
  return { status: 200, headers: entry.ok, body: entry.body, decision };
}
