import type { Entries, Entry } from './entries.js';

/** What a repository chosen by pattern takes from its source where it has none of its own (spring-cloud-config.md §3.4). */
const inherited = [
  'timeout',
  'clone-timeout',
  'refresh-interval',
  'ca-certificate',
  'skip-tls-verification',
  'fallback-to-default',
  // Not the host key: the repository may be on another host.
  'ssh.private-key',
  'ssh.passphrase',
  'ssh.known-hosts',
  'ssh.strict-host-key-checking',
  'ssh.ignore-local-settings',
  'ssh.preferred-authentications',
];
const repositoryPath = /^(sources\[\d+\])\.repositories\[\d+\]/;
const credentials = 'credentials.';
const userInfo = /^[a-z][a-z0-9+.-]*:\/\/[^/]*@/i;

/** `entries`, with what repositories inherit written out. */
export function inheritSettings(entries: Entries): Entries {
  const repositories = repositoriesIn(entries);
  if (repositories.size === 0) return entries;
  const given = byParent(entries);
  const all = new Map(entries);
  for (const [repository, { source, isAuthenticated }] of repositories) {
    for (const [name, entry] of given.get(source) ?? []) {
      const path = `${repository}.${name}`;
      const isOwn = name.startsWith(credentials) ? isAuthenticated : all.has(path);
      if (!isOwn) all.set(path, entry);
    }
  }
  return all;
}

interface Repository {
  readonly source: string;
  /** Has credentials of its own, in its settings or its URI. */
  isAuthenticated: boolean;
}

function repositoriesIn(entries: Entries): ReadonlyMap<string, Repository> {
  const repositories = new Map<string, Repository>();
  for (const [path, { value }] of entries) {
    const [at, source] = repositoryPath.exec(path) ?? [];
    if (at === undefined || source === undefined) continue;
    const repository = repositories.get(at) ?? { source, isAuthenticated: false };
    const name = path.slice(at.length + 1);
    repository.isAuthenticated ||= name.startsWith(credentials) || (name === 'uri' && userInfo.test(String(value)));
    repositories.set(at, repository);
  }
  return repositories;
}

/** What sources have to hand down, by source. */
function byParent(entries: Entries): ReadonlyMap<string, readonly (readonly [string, Entry])[]> {
  const given = new Map<string, [string, Entry][]>();
  for (const [path, entry] of entries) {
    const [, source, name = ''] = /^(sources\[\d+\])\.([^[]+)$/.exec(path) ?? [];
    if (source === undefined || !(inherited.includes(name) || name.startsWith(credentials))) continue;
    given.set(source, [...(given.get(source) ?? []), [name, entry]]);
  }
  return given;
}
