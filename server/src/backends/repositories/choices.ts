import { createByteCache } from '../../core/byte-cache.js';
import { queryKey } from '../../core/query.js';
import type { Query } from '../../core/query.js';
import { compileRepositoryPatterns } from '../../core/repository-patterns.js';
import type { RepositoryPatterns } from '../../core/repository-patterns.js';
import { parseUriTemplate } from '../../core/uri-template.js';
import type { UriTemplate } from '../../core/uri-template.js';

/** One repository in the settings: the source's own, or one chosen by pattern. */
export interface RepositoryOptions {
  /** Its name in the settings; null: the source's own. */
  readonly name: string | null;
  readonly uri: string;
  /** Stands for `{label}` in the URI where a request has none. */
  readonly defaultLabel: string;
}

export interface PatternOptions extends RepositoryOptions {
  readonly name: string;
  /** Patterns of `application/profile`, any of which chooses it; none: its name. */
  readonly patterns: readonly string[];
  /** Whether the next match, at last the source's own repository, answers where it fails. */
  readonly fallbackToDefault: boolean;
}

/** A repository to read from. */
export interface Target {
  readonly key: string;
  readonly name: string | null;
  readonly uri: string;
  /** Whether the URI was made from a request. */
  readonly isExpanded: boolean;
}

/** One repository that may answer a query. */
export interface Choice {
  readonly name: string | null;
  /** Several where `{profile}` is in its URI: the first that has an answer gives it. */
  readonly targets: readonly Target[];
  readonly fallsBack: boolean;
}

export interface Choices {
  /**
   * What may answer `query`, in order: all but the last may fail.
   * @throws ConfigServerError CONFIG_NAME_INVALID
   */
  of(query: Query): readonly Choice[];
  /** Those that no request is needed for, in order; the source's own left out. */
  readonly fixed: readonly Target[];
  /** The source's own, where its URI has no placeholders. */
  readonly own: Target | undefined;
}

interface Repository extends RepositoryOptions {
  readonly template: UriTemplate;
}

interface PatternRepository extends Repository {
  readonly patterns: RepositoryPatterns;
  readonly fallbackToDefault: boolean;
}

interface Kept {
  readonly choices: readonly Choice[];
}

const cacheBytes = 1024 * 1024;

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID where a URI has a placeholder before its path */
export function createChoices(own: RepositoryOptions, others: readonly PatternOptions[]): Choices {
  const last: Repository = { ...own, template: parseUriTemplate(own.uri) };
  const repositories = others.map(compile);
  const kept = createByteCache<string, Kept>(cacheBytes);
  return {
    of(query) {
      const key = queryKey(query);
      const known = kept.get(key)?.choices;
      if (known !== undefined) return known;
      const choices = choose(query, repositories, last);
      const uris = choices.flatMap(({ targets }) => targets).reduce((sum, { key: one }) => sum + one.length, 0);
      kept.set(key, { choices }, 500 + 2 * key.length + 4 * uris);
      return choices;
    },
    fixed: repositories.flatMap(fixedTargets),
    own: fixedTargets(last)[0],
  };
}

function compile(options: PatternOptions): PatternRepository {
  const { name, patterns, uri } = options;
  return {
    ...options,
    template: parseUriTemplate(uri),
    patterns: compileRepositoryPatterns(patterns.length === 0 ? [name] : patterns),
  };
}

function choose(query: Query, repositories: readonly PatternRepository[], own: Repository): readonly Choice[] {
  const choices: Choice[] = [];
  for (const repository of repositories) {
    if (!isMatch(repository, query)) continue;
    const fallsBack = repository.fallbackToDefault;
    choices.push({ name: repository.name, targets: targetsOfPattern(repository, query), fallsBack });
    if (!fallsBack) return choices;
  }
  return [...choices, { name: null, targets: [targetOf(own, query, query.profileText)], fallsBack: false }];
}

/**
 * As in the reference, any profile of a list lets a repository in, but the whole list must match as one text, too, unless
 * its URI has placeholders.
 */
function isMatch({ patterns, template }: PatternRepository, { name, profiles, profileText }: Query): boolean {
  if (!profiles.some((profile) => patterns.matches(`${name}/${profile}`))) return false;
  return template.hasPlaceholders || patterns.matches(`${name}/${profileText}`);
}

/** From the last profile to the first, as in the reference. */
function targetsOfPattern(repository: PatternRepository, query: Query): readonly Target[] {
  const profiles = repository.template.hasProfile ? query.profiles.toReversed() : query.profiles.slice(-1);
  return profiles.map((profile) => targetOf(repository, query, profile));
}

function targetOf(repository: Repository, query: Query, profile: string): Target {
  const { name, template, defaultLabel } = repository;
  const uri = template.expand({ application: query.name, profile, label: query.label ?? defaultLabel });
  return { key: keyOf(name, uri), name, uri, isExpanded: template.hasPlaceholders };
}

function fixedTargets({ name, template: { hasPlaceholders, text } }: Repository): readonly Target[] {
  return hasPlaceholders ? [] : [{ key: keyOf(name, text), name, uri: text, isExpanded: false }];
}

/** Repositories may share a URI, and differ in their search paths. */
function keyOf(name: string | null, uri: string): string {
  return `${name ?? ''}\n${uri}`;
}
