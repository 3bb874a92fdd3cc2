import { createHash } from 'node:crypto';
import { assemble } from '../core/assemble.js';
import type { AssembledFile, AssembledSource, AssembleLimits } from '../core/assembly.js';
import { createByteCache } from '../core/byte-cache.js';
import type { PropertySource } from '../core/environment.js';
import { ConfigServerError } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import { sourceName } from '../core/source-name.js';
import type { ParsedFiles } from './parsed-files.js';
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
  readonly cacheBytes: number;
}

/**
 * Assembles a plan over a snapshot.
 * @throws ConfigServerError CONFIG_FILE_INVALID, CONFIG_TOO_LARGE, CONFIG_SOURCE_UNAVAILABLE
 */
export type ResolveSnapshot = (snapshot: Snapshot, plan: Plan, signal: AbortSignal) => Promise<Content>;

// Each round reads at least one level of imports, before and after the profiles are known.
const mostRounds = 100;

/** Equal contents are one object, also across commits that did not touch them. */
export function createSnapshotResolver(options: SnapshotResolverOptions): ResolveSnapshot {
  const contents = createByteCache<string, Content>(options.cacheBytes);
  const intern = (content: Content): Content => {
    const known = contents.get(content.contentId);
    if (known === undefined) contents.set(content.contentId, content, contentCost(content));
    return known ?? content;
  };
  return async (snapshot, plan, signal) => {
    const loaded = new Map<string, AssembledFile>();
    const files = {
      exists: (path: string) => snapshot.file(path) !== undefined,
      get: (path: string) => loaded.get(path),
    };
    for (let round = 0; round < mostRounds; round += 1) {
      const assembly = assemble(plan, files, options.limits);
      if (assembly.kind === 'complete') return intern(toContent(assembly.sources, snapshot, options.uri));
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

function contentCost({ sources }: Content): number {
  return 300 + sources.reduce((total, { name }) => total + 150 + name.length * 2, 0);
}
