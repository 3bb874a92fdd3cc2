import type { Audit, AuditReader } from '../core/audit.js';
import type { HealthProbes, ServerInfo } from '../core/health.js';
import type { QueryOptions } from '../core/query.js';
import type { Access } from '../security/access.js';
import type { Ciphers } from '../secrets/ciphers.js';
import type { Feed } from '../changes/feed.js';
import type { Webhooks } from '../changes/webhooks/webhooks.js';
import type { Environments } from '../environments/environments.js';
import type { Bodies } from './bodies.js';
import type { Deliver } from './deliver.js';
import type { EventStreams } from './event-streams.js';
import type { Gate } from './gate.js';
import type { HttpLimits } from './limits.js';
import type { ToldStates } from './told-states.js';
import type { Views } from './views.js';

/** Where webhooks are taken, and who takes them. */
export interface WebhookEndpoint extends Pick<Webhooks, 'accept' | 'signerOf'> {
  /** `/monitor` */
  readonly path: string;
}

/** What the routes work with. */
export interface Services {
  readonly gate: Gate;
  readonly access: Access;
  readonly audit: Audit;
  readonly feed: Feed;
  readonly streams: EventStreams;
  readonly told: ToldStates;
  readonly environments: Environments;
  readonly views: Views;
  readonly ciphers: Ciphers;
  readonly bodies: Bodies;
  readonly deliver: Deliver;
  readonly queries: QueryOptions;
  /** Whether a source reads in the name of who asks: `X-Config-Token` is looked at then. */
  readonly takesCallerTokens: boolean;
  /** Whether there are secrets that each instance has for itself: `X-Config-Instance` is looked at then. */
  readonly takesInstances: boolean;
  /** Null: no audit is kept in files. */
  readonly auditReader: AuditReader | null;
  readonly health: HealthProbes;
  readonly info: () => ServerInfo;
  readonly webhooks: WebhookEndpoint;
  /** Where clients reach the server, for links; null: links are paths. */
  readonly publicUrl: string | null;
  readonly limits: HttpLimits;
}
