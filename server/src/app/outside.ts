import { realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { parseRepositoryUri } from '../backends/git/repository-uri.js';
import { readSearchLocation } from '../backends/native/search-locations.js';
import { ConfigServerError } from '../core/errors.js';
import type { SourceSettings } from '../settings/sections/sources.js';

/**
 * Who can change configuration must not be able to change who may read it.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID where the file that `setting` names stands in a folder that is served
 */
export function requireOutside(setting: string, path: string, sources: readonly SourceSettings[]): void {
  const real = realPath(path);
  for (const folder of sources.flatMap(foldersOf)) {
    if (real === undefined || !`${real}${sep}`.startsWith(`${realPath(folder) ?? folder}${sep}`)) continue;
    throw new ConfigServerError(
      'CONFIG_SETTINGS_INVALID',
      `\`${setting}\` stands in a folder that is served: who can change configuration could change who may read it. Move it elsewhere.`,
    );
  }
}

function foldersOf(source: SourceSettings): readonly string[] {
  if (source.type === 'native')
    return source['search-locations'].map((location) => readSearchLocation(location).root.directory);
  if (source.type === 'vault') return [];
  return [source.uri, ...source.repositories.map(({ uri }) => uri)].flatMap(localFolder);
}

/** Of a URI with placeholders the folder that all its repositories are in. */
function localFolder(uri: string): readonly string[] {
  const sample = parseRepositoryUri(uri.replace(/\{[^{}]*\}/g, 'x'));
  if (sample.kind !== 'local') return [];
  const end = uri.indexOf('{');
  if (end === -1) return [sample.path];
  const fixed = parseRepositoryUri(`${uri.slice(0, end)}x`);
  return fixed.kind === 'local' ? [dirname(fixed.path)] : [];
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // It is not there: reading it will say so.
    return undefined;
  }
}
