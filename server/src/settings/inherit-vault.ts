import type { Entries, Entry } from './entries.js';
import { vaultFields } from './sections/vault.js';

const fields = new Set(Object.keys(vaultFields));
const places = ['address', 'scheme', 'host', 'port'];
const section = 'vault.';

/**
 * `entries`, with what sources of Vault take from the section `vault` written out: each field they leave unset, and nothing
 * where they name a place of their own, so that no token goes to another Vault than it was written for.
 */
export function inheritVault(entries: Entries): Entries {
  const handed = [...entries].filter(([path]) => path.startsWith(section) && fields.has(fieldOf(path.slice(6))));
  if (handed.length === 0) return entries;
  const all = new Map(entries);
  for (const [source, given] of vaultSources(entries)) {
    if (places.some((place) => given.has(place))) continue;
    for (const [path, entry] of notGiven(handed, given)) all.set(`${source}.${path}`, entry);
  }
  return all;
}

function notGiven(handed: readonly (readonly [string, Entry])[], given: ReadonlySet<string>): [string, Entry][] {
  return handed
    .map(([path, entry]): [string, Entry] => [path.slice(section.length), entry])
    .filter(([path]) => !given.has(fieldOf(path)));
}

/** Fields that each source of Vault sets, by the source's path. */
function vaultSources(entries: Entries): ReadonlyMap<string, ReadonlySet<string>> {
  const given = new Map<string, Set<string>>();
  for (const [path, { value }] of entries) {
    const source = /^(sources\[\d+\])\.type$/.exec(path)?.[1];
    if (source !== undefined && value === 'vault') given.set(source, new Set());
  }
  for (const path of entries.keys()) {
    const [, source = '', rest = ''] = /^(sources\[\d+\])\.(.+)$/.exec(path) ?? [];
    given.get(source)?.add(fieldOf(rest));
  }
  return given;
}

function fieldOf(path: string): string {
  return path.split('.')[0] ?? '';
}
