import type { SectionNode } from './nodes.js';
import { settingsTree } from './nodes.js';
import { plannedSettings } from './schema.js';

/** Whose names a settings file has: ours, or those of the reference server. */
export type SettingsFormat = 'cairn' | 'spring';

const referenceOnly = new Set(['spring', 'encrypt', 'management', 'cairn']);

/**
 * The format of a file whose properties have `names` (`server.port`, `sources[0].uri`). A top-level `spring`, `encrypt`,
 * `management` or `cairn` makes it the reference's; else a section of ours other than `server` makes it ours; a file with
 * nothing but `server` is ours where it has a setting below it that only we have (`host`, `prefix`), else the reference's.
 */
export function recognizeFormat(names: readonly string[]): SettingsFormat {
  const topLevel = new Set(names.map((name) => name.split(/[.[]/)[0] ?? ''));
  if ([...topLevel].some((name) => referenceOnly.has(name.toLowerCase()))) return 'spring';
  if ([...ownSections()].some((name) => topLevel.has(name))) return 'cairn';
  if (!topLevel.has('server')) return 'cairn';
  return names.some((name) => ownServerName(name)) ? 'cairn' : 'spring';
}

function ownSections(): Set<string> {
  const planned = plannedSettings.map((name) => name.split('.')[0] ?? '').filter((name) => !name.includes('['));
  const names = new Set([...settingsTree.fields.keys(), ...planned]);
  names.delete('server');
  names.delete('encrypt');
  return names;
}

function ownServerName(name: string): boolean {
  const [top, field = ''] = name.split(/[.[]/);
  if (top !== 'server' || field === 'port') return false;
  return serverSection().fields.has(field) || plannedSettings.includes(`server.${field}`);
}

function serverSection(): SectionNode {
  const node = settingsTree.fields.get('server');
  return node?.kind === 'section' ? node : settingsTree;
}
