import { basename } from 'node:path';

import { buildSettings } from './build.js';
import type { Entry } from './entries.js';
import { settingsInvalid } from './problems.js';
import { parseDocuments } from './read-documents.js';
import type { PolicySettings } from './sections/policy.js';

const prefix = 'security.policy.';

/**
 * The policy in a file of its own: what stands below `security.policy` in the settings.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID with everything that is wrong
 */
export function parsePolicyFile(path: string, bytes: Uint8Array): PolicySettings {
  const entries = new Map<string, Entry>();
  for (const { properties, isText } of parseDocuments(basename(path), bytes, 'policy'))
    for (const { name, value, where } of properties)
      entries.set(prefix + name, { name, value, where, convert: isText });
  // A file that is being written, or the wrong one, must not count for a policy that allows nothing.
  if (![...entries.keys()].some((key) => key.startsWith(`${prefix}rules`)))
    throw settingsInvalid([
      {
        text: `The policy file ${basename(path)} has no \`rules\`; \`rules: []\` would be a policy that allows nothing`,
      },
    ]);
  const { settings, problems } = buildSettings(entries);
  // Names are those of the file.
  const told = problems.map(({ text }) => ({ text: text.replaceAll(`\`${prefix}`, '`') }));
  if (settings === undefined) throw settingsInvalid(told);
  return settings.security.policy;
}
