import type { Entry } from './entries.js';

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

const where = 'the environment';

/** Names without levels, for the settings that are set most. */
const shortNames = new Map([
  ['CAIRN_HOST', 'server.host'],
  ['CAIRN_PORT', 'server.port'],
]);
/** Read before there are settings. */
const notSettings = new Set(['CAIRN_CONFIG', 'CAIRN_CONFIG_FORMAT']);

/** The environment variable of a setting: `sources[0].search-paths` → `CAIRN_SOURCES__0__SEARCH_PATHS`. */
export function environmentName(path: string): string {
  const levels = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return `CAIRN_${levels.map((level) => level.replaceAll('-', '_').toUpperCase()).join('__')}`;
}

/** What `CAIRN_…` variables say, by the settings' paths. */
export function environmentEntries(variables: EnvironmentVariables): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [name, value] of shortNamesFirst(variables)) {
    if (value === undefined || !isSettingVariable(name, value)) continue;
    entries.set(shortNames.get(name) ?? settingPath(name), { value, convert: true, name, where });
  }
  return entries;
}

/** So that a full name wins, whatever the order of the environment. */
function shortNamesFirst(variables: EnvironmentVariables): [string, string | undefined][] {
  const all = Object.entries(variables);
  return [...all.filter(([name]) => shortNames.has(name)), ...all.filter(([name]) => !shortNames.has(name))];
}

function isSettingVariable(name: string, value: string): boolean {
  return name.startsWith('CAIRN_') && !notSettings.has(name) && !isServiceLink(name, value);
}

/** Kubernetes tells of a service named `cairn` by variables of these names. */
function isServiceLink(name: string, value: string): boolean {
  if (name === 'CAIRN_PORT') return /^(tcp|udp|sctp):\/\//.test(value);
  return /^CAIRN_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)$/.test(name);
}

function settingPath(name: string): string {
  const levels = name.slice('CAIRN_'.length).split('__');
  return levels.reduce((path, level) => {
    if (/^\d+$/.test(level)) return `${path}[${level}]`;
    const field = level.toLowerCase().replaceAll('_', '-');
    return path === '' ? field : `${path}.${field}`;
  }, '');
}
