import { extensions, resourceCandidates } from '../core/plan.js';
import { compileNamePatterns, type NamePatterns } from './name-patterns.js';

/** The file that is asked for, and every path at which it is looked for. */
export interface ResourcePaths {
  readonly path: string;
  readonly candidates: readonly string[];
}

/** Patterns of paths; null: a rule does not speak of files. */
export type ResourcePatterns = readonly ResourcePattern[] | null;

interface ResourcePattern {
  readonly written: string;
  readonly compiled: NamePatterns;
}

export function compileResourcePatterns(written: readonly string[] | null | undefined): ResourcePatterns {
  return written?.map((pattern) => ({ written: pattern, compiled: compileNamePatterns([pattern]) })) ?? null;
}

export function resourcePaths(path: string, profiles: readonly string[]): ResourcePaths {
  return { path, candidates: resourceCandidates(path, profiles) };
}

/** Whether one of the files is read for environments: it holds properties of some application, whoever asks. */
export function isPropertyFile({ candidates }: ResourcePaths): boolean {
  return candidates.some((path) => extensionOf(path) !== undefined);
}

/**
 * Whether a rule that allows is about the file. A file that holds properties is meant only by a pattern that ends as it does,
 * or `*` would let everybody read the files of all applications.
 */
export function allowsResource(patterns: ResourcePatterns, asked: ResourcePaths): boolean {
  const needed = asked.candidates.map(extensionOf).filter((extension) => extension !== undefined);
  const fitting = (patterns ?? []).filter(({ compiled }) => compiled.matches(asked.path));
  return fitting.some(({ written }) => needed.every((extension) => written.toLowerCase().endsWith(`.${extension}`)));
}

/** Whether a rule that forbids is about the file; one that names none is about all, and about environments. */
export function forbidsResource(patterns: ResourcePatterns, asked: ResourcePaths | null): boolean {
  if (patterns === null) return true;
  return asked?.candidates.some((path) => patterns.some(({ compiled }) => compiled.matches(path))) === true;
}

function extensionOf(path: string): string | undefined {
  return extensions.find((extension) => path.toLowerCase().endsWith(`.${extension}`));
}
