import { resolveText } from 'cairn-config-client/values';
import { activeProfiles } from './active-profiles.js';
import { checkDirectives, isActive } from './activation.js';
import { byPrecedence, createContributor, setChildren } from './contributors.js';
import { defaultAssembleLimits } from './assembly.js';
import type { AssembledFile, AssembledSource, AssembleLimits, Assembly, LoadedFiles } from './assembly.js';
import type { Contributor, LoadedDocument, Phase } from './contributors.js';
import { readDirectives } from './directives.js';
import type { Directives } from './directives.js';
import type { Property } from './environment.js';
import { ConfigServerError } from './errors.js';
import { fileInvalid } from './file-invalid.js';
import { importCandidates, readImport } from './imports.js';
import { candidatesIn } from './plan.js';
import type { Candidate, Plan } from './plan.js';

interface Run {
  readonly plan: Plan;
  readonly files: LoadedFiles;
  readonly limits: AssembleLimits;
  readonly root: Contributor;
  readonly loaded: Set<string>;
  readonly needs: Set<string>;
  bytes: number;
  /** Null before the active profiles are known. */
  profiles: readonly string[] | null;
}

/**
 * Orders the documents that take part in a plan. Pure: call it again with what it `needs` loaded, until it is complete;
 * each round knows at least one file more.
 * @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_TOO_LARGE
 */
export function assemble(plan: Plan, files: LoadedFiles, limits: AssembleLimits = defaultAssembleLimits): Assembly {
  const root = createContributor(undefined, 0);
  const run: Run = { plan, files, limits, root, loaded: new Set(), needs: new Set(), bytes: 0, profiles: null };
  loadImports(run, root);
  if (run.needs.size > 0) {
    // Those of the requested profiles will be needed whatever the documents say: one round less.
    for (const { path } of profileCandidates(plan, plan.profiles)) if (isMissing(files, path)) run.needs.add(path);
    return { kind: 'incomplete', needs: [...run.needs] };
  }
  run.profiles = activeProfiles(plan, documentsBelow(root), (text, document) => withPlaceholders(run, text, document));
  loadImports(run, root);
  return run.needs.size > 0 ? { kind: 'incomplete', needs: [...run.needs] } : complete(run, new Set(run.profiles));
}

function complete({ plan, root }: Run, profiles: ReadonlySet<string>): Assembly {
  const documents = documentsBelow(root);
  for (const document of documents) checkDirectives(document, plan.activatesProfiles);
  return { kind: 'complete', sources: documents.filter((document) => isActive(document, profiles)).map(toSource) };
}

function toSource({ path, index, documentCount, properties }: LoadedDocument): AssembledSource {
  return { path, document: documentCount > 1 ? index : null, properties };
}

function profileCandidates(plan: Plan, profiles: readonly string[]): readonly Candidate[] {
  return profiles.flatMap((profile) => candidatesIn(plan.locations, plan.names, profile));
}

/** Loads what `contributor` imports and all below it, highest precedence first: a file counts where it is met first. */
function loadImports(run: Run, contributor: Contributor): void {
  const phase: Phase = run.profiles === null ? 'before' : 'after';
  for (const children of [contributor.after, contributor.before])
    for (const child of [...(children ?? [])]) loadImports(run, child);
  const candidates = candidatesOf(run, contributor);
  if (candidates.length === 0) return;
  const children = load(run, candidates, contributor);
  setChildren(contributor, phase, children);
  for (const child of children) loadImports(run, child);
}

function candidatesOf(run: Run, { document }: Contributor): readonly Candidate[] {
  const { plan, profiles } = run;
  checkCandidates(run);
  if (document === undefined)
    return profiles === null ? candidatesIn(plan.locations, plan.names, null) : profileCandidates(plan, profiles);
  if (document.directives.imports.values.length === 0) return [];
  if (!isActive(document, profiles === null ? null : new Set(profiles))) return [];
  return document.directives.imports.values.flatMap((text) => {
    const target = readImport(withPlaceholders(run, text, document), document.path, plan);
    if ('unreadable' in target)
      throw fileInvalid(document.publicPath, target.unreadable, document.directives.imports.property);
    return importCandidates(target, plan.names, profiles ?? []);
  });
}

function checkCandidates({ plan, profiles, limits }: Run): void {
  const candidates = plan.locations.length * plan.names.length * (1 + (profiles?.length ?? 0));
  if (candidates <= limits.candidates) return;
  const problem = `names × profiles × locations of this query are ${candidates}; at most ${limits.candidates} would be taken`;
  throw new ConfigServerError('CONFIG_TOO_LARGE', `${problem}.`);
}

function load(run: Run, candidates: readonly Candidate[], parent: Contributor): Contributor[] {
  const contributors: Contributor[] = [];
  for (const candidate of candidates.toReversed()) {
    const { path } = candidate;
    if (run.loaded.has(path) || !run.files.exists(path)) continue;
    const file = run.files.get(path);
    if (file === undefined) {
      run.needs.add(path);
      continue;
    }
    count(run, path, file, parent);
    for (const document of documentsOf(candidate, file, run.plan.publicPath(path)))
      contributors.push(createContributor(document, parent.depth + 1));
  }
  return contributors;
}

/** Later documents win, so they come first. */
function documentsOf({ path, profile }: Candidate, file: AssembledFile, publicPath: string): readonly LoadedDocument[] {
  const { documentCount } = file;
  return file.documents.toReversed().map(({ index, properties }) => {
    return { path, publicPath, profile, index, documentCount, properties, directives: directivesOf(properties) };
  });
}

const known = new WeakMap<ReadonlyMap<string, Property>, Directives>();

function directivesOf(properties: ReadonlyMap<string, Property>): Directives {
  const directives = known.get(properties) ?? readDirectives(properties);
  known.set(properties, directives);
  return directives;
}

function count(run: Run, path: string, file: AssembledFile, parent: Contributor): void {
  const shown = run.plan.publicPath(path);
  run.loaded.add(path);
  run.bytes += file.bytes;
  const { environmentBytes, files, importDepth } = run.limits;
  if (run.bytes > environmentBytes)
    throw tooLarge(shown, `the files of this query have more than ${environmentBytes} bytes`);
  if (run.loaded.size > files) throw tooLarge(shown, `more than ${files} files take part in this query`);
  if (parent.depth > importDepth) throw tooLarge(shown, `imports are nested more than ${importDepth} deep`);
}

function tooLarge(file: string, message: string): ConfigServerError {
  return new ConfigServerError('CONFIG_TOO_LARGE', `${file}: ${message}.`, { position: { file } });
}

function isMissing(files: LoadedFiles, path: string): boolean {
  return files.exists(path) && files.get(path) === undefined;
}

/** Placeholders in imports and includes mean what the documents loaded so far say; unknown ones stay as they are. */
function withPlaceholders(run: Run, text: string, document: LoadedDocument): string {
  if (!text.includes('${')) return text;
  const profiles = run.profiles === null ? null : new Set(run.profiles);
  const active = documentsBelow(run.root).filter((candidate) => isActive(candidate, profiles));
  try {
    return resolveText(text, (key) => active.find(({ properties }) => properties.has(key))?.properties.get(key)?.value);
  } catch {
    throw fileInvalid(document.publicPath, 'placeholders of an import or include need themselves, or grow without end');
  }
}

function documentsBelow(root: Contributor): readonly LoadedDocument[] {
  return [...byPrecedence(root)].flatMap(({ document }) => document ?? []);
}
