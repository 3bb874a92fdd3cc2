import { ConfigServerError } from '../core/errors.js';
import { redactUserInfo } from '../core/user-info.js';
import type { Entry } from './entries.js';
import type { SettingFacts } from './facts.js';

/** One thing wrong with the settings, as a line for the operator. */
export interface Problem {
  readonly text: string;
}

/** All problems at once: an operator mends a file in one round. */
export function settingsInvalid(problems: readonly Problem[], cause?: unknown): ConfigServerError {
  const [first] = problems;
  const text =
    problems.length === 1 && first !== undefined
      ? first.text
      : `${problems.length} problems:\n${problems.map((problem) => `  - ${problem.text}`).join('\n')}`;
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', text, cause === undefined ? {} : { cause });
}

/** `CAIRN_SERVER__PORT (the environment)`. */
export function named(entry: Entry): string {
  return `\`${entry.name}\` (${entry.where})`;
}

/** That `entry`'s value is not taken. The value is said unless it is a secret. */
export function notTaken(entry: Entry, facts: SettingFacts): Problem {
  const said = facts.secret === true ? 'the value given' : sayValue(entry);
  return { text: `${named(entry)} takes ${entry.taken ?? facts.taken}, not ${said}` };
}

function sayValue(entry: Entry): string {
  const value = entry.written ?? entry.value;
  if (value === null || value === '') return 'an empty value';
  const text = redactUserInfo(String(value));
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  if (typeof value !== 'string') return shown;
  return entry.convert ? JSON.stringify(shown) : `the text ${JSON.stringify(shown)}`;
}
