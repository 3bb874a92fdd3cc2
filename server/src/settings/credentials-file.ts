import { basename } from 'node:path';

import { buildSettings } from './build.js';
import type { Entry } from './entries.js';
import { settingsInvalid } from './problems.js';
import type { Problem } from './problems.js';
import { parseDocuments } from './read-documents.js';
import { repeatedIds, repeatedUsers } from './security-check.js';
import type { SecuritySettings, TokenSettings, UserSettings } from './sections/security.js';

/** What a credentials file has. */
export interface WrittenCredentials {
  readonly tokens: readonly TokenSettings[];
  readonly users: readonly UserSettings[];
}

/** Where in the settings the entries of the file would stand. */
const places = [
  ['tokens', 'security.tokens.entries'],
  ['users', 'security.basic.users'],
] as const;

/**
 * API tokens and users in a file of their own, beside those in `settings`.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID with everything that is wrong, and without anything that may be a secret
 */
export function parseCredentialsFile(
  path: string,
  bytes: Uint8Array,
  settings: Pick<SecuritySettings, 'tokens' | 'basic' | 'user'>,
): WrittenCredentials {
  const file = basename(path);
  const { entries, problems } = entriesOf(file, bytes);
  const built = buildSettings(entries);
  const told = [...problems, ...built.problems.map(({ text }) => ({ text: inNamesOfFile(text) }))];
  if (told.length > 0 || built.settings === undefined) throw settingsInvalid(told);
  const { tokens, basic } = built.settings.security;
  const twice = [
    ...repeatedIds([...settings.tokens.entries, ...tokens.entries]).map((id) => `The id ${id}`),
    ...repeatedUsers([...settings.basic.users, ...basic.users], settings.user).map((name) => `The user ${name}`),
  ];
  if (twice.length > 0)
    throw settingsInvalid(
      twice.map((what) => ({ text: `${what} of ${file} is in the settings, too; take one of them out` })),
    );
  return { tokens: tokens.entries, users: basic.users };
}

function entriesOf(file: string, bytes: Uint8Array): { entries: Map<string, Entry>; problems: readonly Problem[] } {
  const documents = parseDocuments(file, bytes, 'credentials');
  if (documents.length > 1)
    throw settingsInvalid([{ text: `The credentials file ${file} has more than one document; one is taken` }]);
  const entries = new Map<string, Entry>();
  const problems: Problem[] = [];
  for (const { properties, isText } of documents)
    for (const { name, value, where } of properties) {
      const place = placeOf(name);
      if (place === undefined) problems.push({ text: foreign(where) });
      else entries.set(place, { name, value, where, convert: isText });
    }
  // A file that is being written, or the wrong one, must not count for one that nobody is in.
  if (entries.size === 0 && problems.length === 0)
    throw settingsInvalid([
      {
        text: `The credentials file ${file} has neither \`tokens\` nor \`users\`; \`tokens: []\` would be a file of nobody`,
      },
    ]);
  return { entries, problems };
}

const known = /^(tokens|users)(?=$|\[\d{1,4}\](?:$|\.[a-z-]{1,20}(?:\[\d{1,4}\])?$))/;

/** Undefined for a name that nothing here has: it may be a hash with its blank forgotten, or a token. */
function placeOf(name: string): string | undefined {
  const [list] = known.exec(name) ?? [];
  const place = places.find(([own]) => own === list);
  return place === undefined ? undefined : place[1] + name.slice(place[0].length);
}

function foreign(where: string): string {
  const taken = '`tokens` (`id`, `name`, `hash`, `roles`, `expires`) and `users` (`name`, `password-hash`, `roles`)';
  return `${where} has a name that is not taken there; a credentials file has ${taken}`;
}

function inNamesOfFile(text: string): string {
  return places.reduce((told, [own, place]) => told.replaceAll(`\`${place}`, `\`${own}`), text);
}
