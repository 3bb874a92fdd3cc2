import { environmentName } from './environment.js';
import type { Entry } from './entries.js';
import type { Location } from './locate.js';
import { nearest } from './nearest.js';
import type { SettingNode } from './nodes.js';
import { settingsTree } from './nodes.js';
import { named } from './problems.js';
import type { Problem } from './problems.js';
import { plannedSettings } from './schema.js';

type Unknown = Extract<Location, { kind: 'unknown' }>;

/** That no setting has this name, with the nearest one that there is. */
export function unknownSetting(at: Unknown, entry: Entry): Problem {
  const path = at.parent === '' ? at.name : `${at.parent}.${at.name}`;
  if (/^vault\.allow\b/.test(path))
    return { text: `${named(entry)} is not a setting: what may be referred to is \`secrets.allow\`` };
  if (isPlanned(path)) return { text: `${named(entry)} is not supported by this version` };
  const suggestion = suggest(at, entry, path);
  if (suggestion !== undefined) return { text: `${named(entry)} is not a setting; did you mean \`${suggestion}\`?` };
  const parent = at.parent === '' ? 'at the top' : `in \`${at.parent}\``;
  return { text: `${named(entry)} is not a setting; ${parent} there are ${at.known.join(', ')}` };
}

function isPlanned(path: string): boolean {
  const shape = path.replaceAll(/\[\d+\]/g, '[]').replace(/-file$/, '');
  return plannedSettings.some((planned) => shape === planned || shape.startsWith(`${planned}.`));
}

function suggest(at: Unknown, entry: Entry, path: string): string | undefined {
  if (entry.name.startsWith('CAIRN_')) return nearest(entry.name, settingPaths().map(environmentName));
  const sibling = nearest(at.name, at.known);
  if (sibling !== undefined) return at.parent === '' ? sibling : `${at.parent}.${sibling}`;
  return nearest(path, settingPaths(), 3) ?? settingPaths().find((known) => known.endsWith(`.${at.name}`));
}

/** Every setting's path, list elements as `[0]`. */
export function settingPaths(): string[] {
  return [...settingsTree.fields].flatMap(([name, node]) => pathsOf(node, name));
}

function pathsOf(node: SettingNode, path: string): string[] {
  if (node.kind === 'leaf') return [path];
  if (node.kind === 'list') return pathsOf(node.element, `${path}[0]`);
  return [...node.fields].flatMap(([name, field]) => pathsOf(field, `${path}.${name}`));
}
