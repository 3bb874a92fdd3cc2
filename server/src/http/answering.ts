/** The one seam before Koa: what is prepared is written at once, everything else goes the usual way. */
import type { Audit, AuditReader } from '../core/audit.js';
import type { Feed } from '../changes/feed.js';
import type { Emit } from '../core/events.js';
import type { HealthProbes, ServerInfo } from '../core/health.js';
import type { QueryOptions } from '../core/query.js';
import type { Environments } from '../environments/environments.js';
import type { Ciphers } from '../secrets/ciphers.js';
import type { Access } from '../security/access.js';
import type { Authenticator } from '../security/authenticator.js';
import { ambiguity } from './ambiguity.js';
import { createAdmissions } from './admissions.js';
import type { RawHeaders } from './answer-headers.js';
import { createApplication } from './application.js';
import { createBodies, type RenditionSettings } from './bodies.js';
import { createCompression } from './compression.js';
import { createDeliver } from './deliver.js';
import type { EventStreams } from './event-streams.js';
import { createGate } from './gate.js';
import {
  limitWriting,
  writeAnswer,
  type AnyRequest,
  type AnyResponse,
  type Listener,
  type WholeAnswer,
} from './exchange.js';
import { createHotLane, type HotLane } from './hot-lane.js';
import type { HttpLimits } from './limits.js';
import type { RateLimitOptions } from './rate-limits.js';
import type { TrustedProxies } from './client-address.js';
import { occasionOf } from './middleware/audit.js';
import { shownPath } from './paths.js';
import { refusedAnswer } from './problem.js';
import type { RouteScope } from './route-table.js';
import { securityHeaders } from './security-headers.js';
import type { WebhookEndpoint } from './services.js';
import { createThrottle } from './throttle.js';
import { createTogether } from './together.js';
import { createToldStates } from './told-states.js';
import { createViews } from './views.js';

export interface AnsweringOptions {
  /** Default: all routes. */
  readonly scope?: RouteScope;
  /** Before every configuration route: empty, or `/config`. */
  readonly prefix: string;
  /** Where clients reach the server, for links; null: links are paths. */
  readonly publicUrl: string | null;
  readonly environments: Environments;
  /** For `/encrypt`, `/decrypt` and `/key`. */
  readonly ciphers: Ciphers;
  readonly authenticator: Authenticator;
  readonly access: Access;
  readonly audit: Audit;
  /** What has moved, for streams of events. */
  readonly feed: Feed;
  readonly streams: EventStreams;
  /** Null: no audit is kept in files. */
  readonly auditReader: AuditReader | null;
  readonly health: HealthProbes;
  readonly info: () => ServerInfo;
  readonly webhooks: WebhookEndpoint;
  readonly queries: QueryOptions;
  /** Whether a source reads in the name of who asks. */
  readonly takesCallerTokens: boolean;
  /** Whether there are secrets that each instance has for itself. */
  readonly takesInstances: boolean;
  readonly renditions: RenditionSettings;
  readonly limits: HttpLimits;
  /** Null: who asks may ask as often as it likes. */
  readonly rateLimits: RateLimitOptions | null;
  /** Whose `X-Forwarded-For` is believed; null: nobody's. */
  readonly trustedProxies: TrustedProxies | null;
  /** For how long a browser is to come by TLS only; null: the server does not speak it. */
  readonly hstsSeconds: number | null;
  /** Bytes for bodies, compressed copies and prepared answers together. */
  readonly cacheBytes: number;
  readonly emit: Emit;
  readonly now: () => number;
}

export function createAnswering(options: AnsweringOptions): Listener {
  const { audit, emit, limits } = options;
  const throttle = createThrottle(options);
  const { authenticator } = throttle;
  const hotLane = hotLaneOf({ ...options, authenticator });
  const security = securityHeaders(options.hstsSeconds);
  const headersFor = (request: AnyRequest): RawHeaders => [...security, ...throttle.headers(request)];
  const throughKoa = koaListener({ ...options, authenticator }, { hotLane, headersFor });
  const write = (request: AnyRequest, response: AnyResponse, { status, headers, body }: WholeAnswer): void => {
    const start = performance.now();
    writeAnswer(response, { status, headers: [...headers, ...headersFor(request)], body });
    limitWriting(response, limits.writeTime);
    const milliseconds = performance.now() - start;
    const method = request.method ?? '';
    emit({ type: 'request-finished', method, path: shownPath(request.url ?? ''), status, milliseconds });
  };
  const recording = createTogether<Recording>(
    ({ request, response, prepared }) => {
      write(request, response, prepared);
    },
    // What cannot be recorded is refused on the usual way, where the audit is asked first.
    ({ request, response }) => {
      throughKoa(request, response);
    },
  );
  return (request, response) => {
    const refusal = throttle.admit(request) ?? ambiguity(request);
    if (refusal !== undefined) {
      write(request, response, refusedAnswer(refusal, request, options.now()));
      return;
    }
    const prepared = hotLane.answer(request);
    if (prepared === undefined) {
      throughKoa(request, response);
      return;
    }
    const { decision } = prepared;
    const recorded = decision === undefined ? undefined : audit.record(decision, occasionOf(request));
    if (recorded === undefined) {
      write(request, response, prepared);
      return;
    }
    recording.wait(recorded, { request, response, prepared });
  };
}

/** An answer whose record is on its way. */
interface Recording {
  readonly request: Parameters<Listener>[0];
  readonly response: Parameters<Listener>[1];
  readonly prepared: WholeAnswer;
}

/** Who asks has a part in it unless everybody is let to everything and nobody keeps a record of it. */
function hotLaneOf(options: AnsweringOptions): HotLane {
  const { authenticator, access, audit, environments, cacheBytes } = options;
  const isForEverybody = authenticator.isAnonymous && access.isOpen && !audit.isOn;
  return createHotLane({
    environments,
    cacheBytes: cacheBytes / 2,
    audit,
    takesInstances: options.takesInstances,
    admissions: isForEverybody ? undefined : createAdmissions({ authenticator, access, cacheBytes: cacheBytes / 16 }),
  });
}

interface KoaParts {
  readonly hotLane: HotLane;
  readonly headersFor: (request: AnyRequest) => RawHeaders;
}

function koaListener(options: AnsweringOptions, { hotLane, headersFor }: KoaParts): Listener {
  const { environments, cacheBytes } = options;
  const { fingerprint } = environments;
  const gate = createGate(options);
  const views = createViews(fingerprint, cacheBytes / 16);
  const bodies = createBodies({ ...options, cacheBytes: cacheBytes / 8, fingerprint });
  const deliver = createDeliver({ environments, hotLane, compression: createCompression(cacheBytes / 4) });
  const told = createToldStates(cacheBytes / 16);
  const services = { ...options, told, gate, views, bodies, deliver };
  const callback = createApplication({ scope: 'all', ...options, headersFor, services }).callback();
  const answer = async (...exchange: Parameters<Listener>): Promise<void> => {
    await callback(...exchange);
    limitWriting(exchange[1], options.limits.writeTime);
  };
  return (request, response) => void answer(request, response);
}
