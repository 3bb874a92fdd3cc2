/** Health as Spring Boot Actuator shapes it; observability/ makes it, http/ serves it, neither imports the other. */
export type HealthStatus = 'UP' | 'DOWN' | 'OUT_OF_SERVICE' | 'UNKNOWN';

export interface HealthComponent {
  /** A custom status is possible: `health.down-status` of the settings. */
  readonly status: string;
  /** JSON values only; member names are fixed by us, never a user's. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One look at the whole server: the body of `GET /actuator/health`. Made without any fetch, so that a probe is cheap. */
export interface HealthReport {
  /** The worst status of the components. */
  readonly status: string;
  readonly groups: readonly string[];
  /** `configServer`, `livenessState`, `readinessState`: also answered at `/actuator/health/<component>`. */
  readonly components: Readonly<Record<string, HealthComponent>>;
}

/** What http/ asks; made by observability/. */
export interface HealthProbes {
  report(): Promise<HealthReport>;
  /** Synchronous, as it never depends on sources: a server that waits for one must not be restarted. */
  liveness(): HealthComponent;
  /** Down until the source has had one good copy, and while the server stops. */
  readiness(): HealthComponent;
}

/** What the server is: the body of `GET /actuator/info`. */
export interface ServerInfo {
  readonly build: { readonly name: string; readonly version: string };
}

/** From bad to good, as Spring Boot orders them. */
const order = ['down', 'outofservice', 'up', 'unknown'];

/** The HTTP status that goes with a health status: 503 for down and out of service, 200 for all else, as Spring Boot has it. */
export function healthHttpStatus(status: string): number {
  return order.indexOf(uniform(status)) < order.indexOf('up') && order.includes(uniform(status)) ? 503 : 200;
}

/** The worst of `statuses`; one of the operator's own does not count, as in Spring Boot. */
export function worstStatus(statuses: readonly string[]): string {
  const known = statuses.filter((status) => order.includes(uniform(status)));
  const rank = (status: string): number => order.indexOf(uniform(status));
  return known.reduce((left, right) => (rank(right) < rank(left) ? right : left), 'UNKNOWN');
}

/** `out-of-service` is `OUT_OF_SERVICE`. */
function uniform(status: string): string {
  return status.replace(/[^a-z0-9]/gi, '').toLowerCase();
}
