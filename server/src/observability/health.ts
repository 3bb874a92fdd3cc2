import { isConfigServerError } from '../core/errors.js';
import { worstStatus } from '../core/health.js';
import type { HealthComponent, HealthProbes } from '../core/health.js';

/** A query that health looks up. */
export interface HealthCheck {
  readonly application: string;
  readonly profiles: readonly string[];
  readonly label: string | null;
}

export interface CheckOutcome {
  /** Names of the property sources found. */
  readonly sources: readonly string[];
  /** Set where a broken file made the answer come from an older commit. */
  readonly stale?: Readonly<Record<string, unknown>>;
}

/** A source as its backend sees it. */
export interface SourceHealth {
  readonly name: string;
  readonly ready: boolean;
  readonly lastSuccess: number | null;
  readonly error: string | null;
  /** Chosen by pattern; they don't count for readiness. */
  readonly repositories?: readonly SourceHealth[];
}

export interface HealthOptions {
  readonly isEnabled: boolean;
  readonly downStatus: string;
  readonly acceptEmpty: boolean;
  /** None: application `app`, profile `default`. */
  readonly checks: readonly HealthCheck[];
  /** Looks up without any fetch of a remote that is served already. */
  readonly lookUp: (check: HealthCheck) => Promise<CheckOutcome>;
  readonly sources: () => readonly SourceHealth[];
  /** Components beside them, by name. */
  readonly others?: () => Readonly<Record<string, HealthComponent>>;
  /** False while the server stops, and while every request would be refused. */
  readonly isServing: () => boolean;
  readonly now: () => number;
}

const usualCheck: HealthCheck = { application: 'app', profiles: ['default'], label: null };

/** Health as Spring Boot Actuator and the reference's indicator `configServer` shape it. */
export function createHealth(options: HealthOptions): HealthProbes {
  const liveness = (): HealthComponent => ({ status: 'UP' });
  const readiness = (): HealthComponent => readinessOf(options);
  return {
    liveness,
    readiness,
    async report() {
      const configServer = options.isEnabled ? { configServer: await configServerOf(options) } : {};
      const components: Record<string, HealthComponent> = {
        ...configServer,
        ...options.others?.(),
        livenessState: liveness(),
        readinessState: readiness(),
      };
      const status = worstStatus(Object.values(components).map((component) => component.status));
      return { status, groups: ['liveness', 'readiness'], components };
    },
  };
}

function readinessOf({ sources, isServing }: HealthOptions): HealthComponent {
  const isReady = isServing() && sources().every(({ ready }) => ready);
  return { status: isReady ? 'UP' : 'OUT_OF_SERVICE' };
}

async function configServerOf(options: HealthOptions): Promise<HealthComponent> {
  const checks = options.checks.length === 0 ? [usualCheck] : options.checks;
  const repositories: object[] = [];
  let isEmpty = true;
  for (const check of checks) {
    const outcome = await lookUp(options, check);
    if ('status' in outcome) return outcome;
    isEmpty &&= outcome.sources.length === 0;
    repositories.push(repositoryOf(check, outcome));
  }
  const details = { repositories, sources: options.sources().map((source) => sourceDetails(source, options.now())) };
  if (isEmpty && !options.acceptEmpty)
    return { status: options.downStatus, details: { acceptEmpty: false, ...details } };
  return { status: 'UP', details };
}

async function lookUp(options: HealthOptions, check: HealthCheck): Promise<CheckOutcome | HealthComponent> {
  try {
    return await options.lookUp(check);
  } catch (error) {
    if (isConfigServerError(error, 'CONFIG_APPLICATION_NOT_FOUND')) return { sources: [] };
    const { application, profiles } = check;
    const sources = options.sources().map((source) => sourceDetails(source, options.now()));
    const details = { repository: { application, profiles: profiles.join(',') }, error: publicText(error), sources };
    return { status: options.downStatus, details };
  }
}

/** A probe is answered to anybody: only public text. */
function publicText(error: unknown): string {
  return isConfigServerError(error)
    ? `${error.code}: ${error.message}`
    : 'CONFIG_INTERNAL: the lookup failed; see the log';
}

function repositoryOf({ application, profiles, label }: HealthCheck, { sources, stale }: CheckOutcome): object {
  return {
    name: application,
    ...(profiles.length === 0 ? {} : { profiles }),
    ...(label === null ? {} : { label }),
    ...(sources.length === 0 ? {} : { sources }),
    ...(stale === undefined ? {} : { stale }),
  };
}

function sourceDetails({ name, ready, lastSuccess, error, repositories = [] }: SourceHealth, now: number): object {
  return {
    name,
    ready,
    ...(lastSuccess === null ? {} : { ageSeconds: Math.max(0, Math.floor((now - lastSuccess) / 1000)) }),
    ...(error === null ? {} : { error }),
    ...(repositories.length === 0 ? {} : { repositories: repositories.map((one) => sourceDetails(one, now)) }),
  };
}
