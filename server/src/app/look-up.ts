import type { Backend } from '../backends/backend.js';
import { ConfigServerError } from '../core/errors.js';
import { parseQuery } from '../core/query.js';
import type { Query } from '../core/query.js';
import type { Environments } from '../environments/environments.js';
import type { CheckOutcome, HealthCheck } from '../observability/health.js';

const deadline = 5000;

export interface LookUpRooms {
  readonly environments: Environments;
  readonly backend: Pick<Backend, 'knows'>;
}

/**
 * Looks a health check up as a request would, from what is there: no probe makes a fetch.
 * @throws ConfigServerError those of `Environments.outline`; CONFIG_LABEL_NOT_FOUND where a request would ask the remote
 */
export async function lookUpCheck({ environments, backend }: LookUpRooms, check: HealthCheck): Promise<CheckOutcome> {
  const profiles = check.profiles.length === 0 ? 'default' : check.profiles.join(',');
  const query = parseQuery({ application: check.application, profiles, label: check.label });
  const signal = AbortSignal.timeout(deadline);
  if (!(await backend.knows(query, signal))) throw notKnown(query);
  const { propertySources, version, staleReason } = await environments.outline(query, signal);
  const sources = propertySources.map(({ name }) => name);
  if (staleReason === null) return { sources };
  const { file, line, column, message, brokenVersion } = staleReason;
  return { sources, stale: { file, line, column, message, brokenVersion, servedVersion: version } };
}

function notKnown({ label }: Query): ConfigServerError {
  const which = label === null ? 'The default label' : `The label ${JSON.stringify(label)}`;
  return new ConfigServerError(
    'CONFIG_LABEL_NOT_FOUND',
    `${which} is not in what was fetched; a probe fetches nothing.`,
  );
}
