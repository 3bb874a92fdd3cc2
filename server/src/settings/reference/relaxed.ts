import { splitList } from '../lists.js';

/**
 * A name as the reference server compares it: `default-label`, `defaultLabel` and `DEFAULT_LABEL` are one. Text in
 * brackets is kept as it is.
 */
export function uniformName(name: string): string {
  return name.replaceAll(/\[[^\]]*\]|[^[]+/g, (part) =>
    part.startsWith('[') ? part : part.toLowerCase().replaceAll(/[-_]/g, ''),
  );
}

/** `SPRING_CLOUD_CONFIG_SERVER_GIT_SEARCHPATHS_0` and a uniform name, without what sets their parts apart. */
export function squeezed(name: string): string {
  return uniformName(name).replaceAll('.', '');
}

/** The names of profiles in `dev,prod`; `!` and the like are not for lists. */
export function profileNames(text: string): string[] {
  return splitList(text);
}
