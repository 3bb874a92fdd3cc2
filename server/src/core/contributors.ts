import type { Directives } from './directives.js';
import type { Property } from './environment.js';

/**
 * The tree of documents that have been loaded so far. Precedence is its order: what a document imported after the
 * profiles were known, then what it imported before, then the document itself.
 */
export interface Contributor {
  /** Undefined for the root, whose imports are the search locations. */
  readonly document: LoadedDocument | undefined;
  readonly depth: number;
  /** Loaded for a profile; such a child of a child rises above its grandparent's (see `raisedFrom`). */
  profileSpecific: boolean;
  /** Highest precedence first; undefined until that phase has been processed. */
  before: Contributor[] | undefined;
  after: Contributor[] | undefined;
}

export interface LoadedDocument {
  readonly path: string;
  /** `path` as errors may show it. */
  readonly publicPath: string;
  readonly index: number;
  /** Documents in its file, empty ones counted. */
  readonly documentCount: number;
  readonly properties: ReadonlyMap<string, Property>;
  readonly directives: Directives;
  /** The profile of the file's name: `prod` for `orders-prod.yml`. */
  readonly profile: string | null;
}

/** Before the active profiles are known, or after. */
export type Phase = 'before' | 'after';

export function createContributor(document: LoadedDocument | undefined, depth: number): Contributor {
  return { document, depth, profileSpecific: document?.profile != null, before: undefined, after: undefined };
}

/** Every contributor below and with `contributor`, highest precedence first. */
export function* byPrecedence(contributor: Contributor): Generator<Contributor> {
  for (const children of [contributor.after, contributor.before])
    for (const child of children ?? []) yield* byPrecedence(child);
  yield contributor;
}

/** Sets the children of a phase, highest precedence first. */
export function setChildren(contributor: Contributor, phase: Phase, children: Contributor[]): void {
  contributor[phase] = phase === 'after' ? [...raisedFrom(contributor), ...children] : children;
}

/**
 * Profile-specific variants of files that were imported rise above their importer's siblings, so that `extra-prod.yml`,
 * imported by `orders.yml`, beats `application.yml` and whatever else has no profile. Once only, as in the reference.
 */
function raisedFrom(contributor: Contributor): readonly Contributor[] {
  const raised: Contributor[] = [];
  for (const child of contributor.before ?? []) {
    child.before = keepOthers(child.before, raised);
    child.after = keepOthers(child.after, raised);
  }
  return raised;
}

function keepOthers(children: Contributor[] | undefined, raised: Contributor[]): Contributor[] | undefined {
  if (children?.some((child) => child.profileSpecific) !== true) return children;
  for (const child of children.filter((candidate) => candidate.profileSpecific)) {
    child.profileSpecific = false;
    raised.push(child);
  }
  return children.filter((child) => !raised.includes(child));
}
