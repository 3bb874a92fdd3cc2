import type { ClientSettings } from '../options/settings.js';

export type Query = Pick<ClientSettings, 'application' | 'profiles' | 'label'>;

/** `/orders/prod,eu/feature(_)x`: the path of an environment, as the reference's client writes it. */
export function queryPath({ application, profiles, label }: Query): string {
  const segments = [application, profiles.join(','), ...(label === undefined ? [] : [label])];
  return segments.map((segment) => `/${encodeSegment(segment)}`).join('');
}

/** `orders/prod,eu/feature/x`, for messages. */
export function describeQuery({ application, profiles, label }: Query): string {
  return [application, profiles.join(','), ...(label === undefined ? [] : [label])].join('/');
}

// A slash in a segment is written (_), because servers refuse %2F; commas stay, they are part of the API.
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replaceAll('/', '(_)')).replaceAll('%2C', ',');
}
