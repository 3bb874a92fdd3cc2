import type { EnvironmentVariables } from '../environment.js';
import type { FlatProperty } from './flat.js';
import { namedSettings } from './names.js';
import { squeezed } from './relaxed.js';
import { sourceTables } from './source-properties.js';

const sourceNames = Object.entries(sourceTables).flatMap(([type, { settings }]) =>
  [...settings.values()].map(({ name }) => `spring.cloud.config.server.${type}.${name}`),
);
const squeezedNames = new Map(
  [...[...namedSettings.values()].map(({ name }) => name), ...sourceNames].map((name) => [squeezed(name), name]),
);
/** With a file of the reference's these, too, are its own. */
const serverNames = /^(SERVER_(PORT|ADDRESS|SSL_.+)|ENCRYPT_.+|MANAGEMENT_.+)$/;

/** What `SPRING_…` variables say; `withServer`: those of the web server, too. */
export function variableProperties(variables: EnvironmentVariables, withServer: boolean): FlatProperty[] {
  const properties: FlatProperty[] = [];
  for (const [shown, value] of Object.entries(variables)) {
    if (value === undefined || !(shown.startsWith('SPRING_') || (withServer && serverNames.test(shown)))) continue;
    properties.push({ name: propertyName(shown), value, where: 'the environment', shown });
  }
  return properties;
}

/** The active profiles that the environment names. */
export function variableProfiles(variables: EnvironmentVariables): string | undefined {
  return variables['SPRING_PROFILES_ACTIVE'];
}

function propertyName(variable: string): string {
  const [, base = variable, tail = ''] = /^(.*?)((?:_\d+)*_?)$/.exec(variable) ?? [];
  const index = [...tail.matchAll(/\d+/g)].map(([digits]) => `[${digits}]`).join('');
  const plain = base.endsWith('_FILE') ? base.slice(0, -'_FILE'.length) : base;
  const known = squeezedNames.get(squeezed(plain));
  if (known !== undefined) return `${known}${plain === base ? '' : '.file'}${index}`;
  return `${base.toLowerCase().replaceAll('_', '.')}${index}`;
}
