import { createHash } from 'node:crypto';
import { assemble } from '../core/assemble.js';
import type { AssembledFile, AssembledSource, AssembleLimits } from '../core/assembly.js';
import type { PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import { unreadCandidates } from '../core/plan.js';
import type { Plan } from '../core/plan.js';
import { sourceName } from '../core/source-name.js';
import type { ParsedFiles } from './parsed-files.js';
import type { Kept } from './snapshot-caches.js';
import type { Snapshot, SnapshotFile } from './snapshot-store.js';

/** The property sources of one plan in one snapshot. */
export interface Content {
  /** Equal ids mean equal sources. */
  readonly contentId: string;
  readonly sources: readonly PropertySource[];
}

export interface SnapshotResolverOptions {
  readonly parsed: ParsedFiles;
  readonly uri: string;
  readonly limits: AssembleLimits;
  readonly cache: Kept<Content>;
  readonly emit: Emit;
}

/**
 * Assembles a plan over a snapshot.
 * @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_TOO_LARGE, CONFIG_SOURCE_UNAVAILABLE
 */
export type ResolveSnapshot = (snapshot: Snapshot, plan: Plan, signal: AbortSignal) => Promise<Content>;

// Each round reads at least one level of imports, before and after the profiles are known.
const mostRounds = 100;
const mostNotices = 100;

/** Equal contents are one object, also across commits that did not touch them. */
export function createSnapshotResolver(options: SnapshotResolverOptions): ResolveSnapshot {
  const contents = options.cache;
  const intern = (content: Content): Content => {
    const known = contents.get(content.contentId);
    if (known === undefined) contents.set(content.contentId, content, contentCost(content));
    return known ?? content;
  };
  const tellUnread = createUnreadNotice(options.emit);
  return async (snapshot, plan, signal) => {
    const loaded = new Map<string, AssembledFile>();
    const files = {
      exists: (path: string) => snapshot.file(path) !== undefined,
      get: (path: string) => loaded.get(path),
    };
    for (let round = 0; round < mostRounds; round += 1) {
      const assembly = assemble(plan, files, options.limits);
      if (assembly.kind === 'complete') {
        tellUnread(snapshot, plan);
        return intern(toContent(assembly.sources, snapshot, options.uri));
      }
      const wanted = assembly.needs.map((path) => ({
        publicPath: plan.publicPath(path),
        file: fileAt(snapshot, path),
      }));
      const contentsOfFiles = await options.parsed.load(wanted, signal);
      for (const [index, path] of assembly.needs.entries()) {
        const file = contentsOfFiles[index];
        if (file !== undefined) loaded.set(path, file);
      }
    }
    throw new ConfigServerError('CONFIG_INTERNAL', 'An environment did not come to an end.');
  };
}

/** Says once of each file that the reference would read it and this server does not. */
function createUnreadNotice(emit: Emit): (snapshot: Snapshot, plan: Plan) => void {
  const told = new Set<string>();
  return (snapshot, plan) => {
    for (const path of unreadCandidates(plan)) {
      if (told.size >= mostNotices || told.has(path) || snapshot.file(path) === undefined) continue;
      told.add(path);
      emit({
        type: 'notice',
        message: `${plan.publicPath(path)} is not read: property files in XML are not supported.`,
      });
    }
  };
}

function fileAt(snapshot: Snapshot, path: string): SnapshotFile {
  const file = snapshot.file(path);
  if (file === undefined) throw new ConfigServerError('CONFIG_INTERNAL', 'A file of a snapshot went away.');
  return file;
}

function toContent(assembled: readonly AssembledSource[], snapshot: Snapshot, uri: string): Content {
  const hash = createHash('sha256').update(uri);
  const sources = assembled.map(({ path, document, properties }) => {
    // Name and bytes tell everything: the parser depends on the path's extension alone.
    hash.update(`\n${path}\n${document ?? ''}\n${fileAt(snapshot, path).id}`);
    return { name: sourceName(uri, path, document), properties };
  });
  return { contentId: hash.digest('hex'), sources };
}

/**
 * About what a content holds in memory. Documents that it shares with others or with the cache of parsed files count
 * again: they would stay because of it.
 */
export function contentCost({ sources }: Content): number {
  let bytes = 300;
  for (const { name, properties } of sources) {
    bytes += 200 + 2 * name.length;
    for (const [key, { value }] of properties)
      bytes += 150 + 2 * (key.length + (typeof value === 'string' ? value.length : 8));
  }
  return bytes;
}
