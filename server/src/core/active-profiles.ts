import type { LoadedDocument } from './contributors.js';
import { ConfigServerError } from './errors.js';
import { fileInvalid } from './file-invalid.js';
import { isActive } from './activation.js';
import type { Plan } from './plan.js';

const mostProfiles = 256;

/**
 * The profiles of a query, widened by `spring.profiles.include` and `spring.profiles.group.*` of documents that have no
 * profile themselves: requested ones first, then included ones, each followed by its group.
 * @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_TOO_LARGE
 */
export function activeProfiles(
  plan: Plan,
  documents: readonly LoadedDocument[],
  resolve: (text: string, document: LoadedDocument) => string,
): readonly string[] {
  if (!plan.activatesProfiles) return plan.profiles;
  const includes = documents.flatMap((document) => included(document).map((text) => resolve(text, document)));
  const requested = [...plan.profiles, ...includes];
  return expand(requested, groupsOf(documents));
}

function included(document: LoadedDocument): readonly string[] {
  const { include, activeProfiles: active } = document.directives;
  if (isActive(document, null)) return include.values;
  const property = include.property ?? active;
  if (property !== undefined)
    throw fileInvalid(
      document.publicPath,
      'spring.profiles.include and spring.profiles.active cannot stand in a document with spring.config.activate.on-profile',
      property,
    );
  return [];
}

function groupsOf(documents: readonly LoadedDocument[]): ReadonlyMap<string, readonly string[]> {
  const active = documents.filter((document) => isActive(document, null));
  const groups = active.flatMap(({ directives }) => [...directives.groups]);
  // The highest document that has a group wins, so it is set last.
  return new Map(groups.toReversed().map(([name, members]) => [name, members.values]));
}

function expand(requested: readonly string[], groups: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const expanded = new Set<string>();
  const stack = requested.toReversed();
  for (let profile = stack.pop(); profile !== undefined; profile = stack.pop()) {
    if (expanded.has(profile)) continue;
    expanded.add(profile);
    if (expanded.size > mostProfiles)
      throw new ConfigServerError(
        'CONFIG_TOO_LARGE',
        `With what is included and grouped there are more than ${mostProfiles} profiles.`,
      );
    stack.push(...(groups.get(profile) ?? []).toReversed());
  }
  return [...expanded];
}
