import { parseQuery } from '../core/query.js';
import type { Environments } from '../environments/environments.js';
import type { CheckOutcome, HealthCheck } from '../observability/health.js';

const deadline = 5000;

/** Looks a health check up as a request would, from what is there: no probe makes a fetch of a known label. */
export async function lookUpCheck(environments: Environments, check: HealthCheck): Promise<CheckOutcome> {
  const profiles = check.profiles.length === 0 ? 'default' : check.profiles.join(',');
  const query = parseQuery({ application: check.application, profiles, label: check.label });
  const { environment, staleReason } = await environments.get(query, AbortSignal.timeout(deadline));
  const sources = environment.propertySources.map(({ name }) => name);
  if (staleReason === null) return { sources };
  const { file, line, column, message, brokenVersion } = staleReason;
  return { sources, stale: { file, line, column, message, brokenVersion, servedVersion: environment.version } };
}
