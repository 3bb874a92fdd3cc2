import { listAt, textAt } from './json.js';

const names = [
  'clone_url',
  'ssh_url',
  'git_url',
  'git_http_url',
  'git_ssh_url',
  'http_url',
  'html_url',
  'web_url',
  'url',
  'homepage',
];
const longest = 2_048;
const most = 12;

/** Addresses under which hosts tell of a repository, each once. */
export function addressesOf(...repositories: readonly unknown[]): readonly string[] {
  const told = repositories.flatMap((repository) => [
    ...names.map((name) => textAt(repository, name)),
    textAt(repository, 'links', 'html', 'href'),
    ...(listAt(repository, 'links', 'clone') ?? []).slice(0, most).map((link) => textAt(link, 'href')),
  ]);
  const known = told.filter((address) => address !== undefined && address.length <= longest);
  return [...new Set(known.filter((address) => address !== undefined))].slice(0, most);
}
