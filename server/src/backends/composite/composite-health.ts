import type { Query } from '../../core/query.js';
import type { Backend, BackendHealth, NamedHealth } from '../backend.js';
import type { LeftOut } from './left-out.js';

/** Ready when every part is, and as old as the oldest. */
export function compositeHealth(parts: readonly Backend[], leftOut: LeftOut, query?: Query): BackendHealth {
  const healths = parts.map((part): NamedHealth => {
    const health = part.health(query);
    return { ...health, name: part.name, error: health.error ?? leftOut.reasonOf(part) };
  });
  const failing = healths.find(({ error }) => error !== null);
  return {
    ready: healths.every(({ ready }) => ready),
    lastSuccess: oldest(healths.map(({ lastSuccess }) => lastSuccess)),
    ...(healths.some(({ isOutdated }) => isOutdated) && { isOutdated: true }),
    error: failing === undefined ? null : `${failing.name}: ${String(failing.error)}`,
    parts: healths,
  };
}

function oldest(times: readonly (number | null)[]): number | null {
  return times.reduce((left, right) => (left === null || right === null ? null : Math.min(left, right)));
}
