import { extname } from 'node:path';

import { parseProfileExpression } from '../../core/profile-expression.js';
import type { ProfileExpression } from '../../core/profile-expression.js';
import type { EnvironmentVariables } from '../environment.js';
import { settingsInvalid } from '../problems.js';
import { readDocuments } from '../read-documents.js';
import type { SettingsDocument } from '../read-documents.js';
import { mergeDocuments } from './flat.js';
import type { FlatFile, FlatProperty } from './flat.js';
import { profileNames, uniformName } from './relaxed.js';
import { variableProfiles } from './variables.js';

export interface ActiveDocuments {
  readonly profiles: readonly string[];
  /** Lowest precedence first. */
  readonly documents: readonly (readonly FlatProperty[])[];
}

const onProfile = uniformName('spring.config.activate.on-profile');
/** Lowest first, as in the reference. */
const extensions = ['.yaml', '.yml', '.properties'];

/** The documents of `path` and of its siblings `<name>-<profile>` that apply to the active profiles. */
export async function activeDocuments(
  path: string,
  documents: readonly SettingsDocument[],
  resolve: (flat: FlatFile) => FlatFile,
  variables: EnvironmentVariables,
): Promise<ActiveDocuments> {
  const unconditional = documents
    .filter((document) => conditionOf(document) === undefined)
    .map(({ properties }) => properties);
  const profiles = profileNames(variableProfiles(variables) ?? profilesOf(resolve(mergeDocuments(unconditional))));
  const siblings = await siblingDocuments(path, profiles);
  const active = [...documents, ...siblings].filter((document) => applies(document, profiles));
  return { profiles, documents: active.map(({ properties }) => properties) };
}

function profilesOf(flat: FlatFile): string {
  const texts: string[] = [];
  for (const [uniform, { value }] of flat) {
    if (/^spring\.profiles\.active(\[\d+\])?$/.test(uniform) && value !== null) texts.push(String(value));
  }
  return texts.join(',');
}

async function siblingDocuments(path: string, profiles: readonly string[]): Promise<SettingsDocument[]> {
  const stem = path.slice(0, path.length - extname(path).length);
  const found: SettingsDocument[] = [];
  for (const profile of profiles.filter((name) => /^[\w.@+-]+$/.test(name))) {
    for (const extension of extensions) {
      found.push(...((await readDocuments(`${stem}-${profile}${extension}`, true)) ?? []));
    }
  }
  return found;
}

function applies(document: SettingsDocument, profiles: readonly string[]): boolean {
  const condition = conditionOf(document);
  if (condition === undefined) return true;
  const active = new Set(profiles.length === 0 ? ['default'] : profiles);
  return condition.some((text) => matcher(text, document)((profile) => active.has(profile)));
}

function matcher(text: string, document: SettingsDocument): ProfileExpression {
  const expression = parseProfileExpression(text);
  if (typeof expression === 'function') return expression;
  const where = document.properties[0]?.where ?? 'the settings file';
  throw settingsInvalid([
    { text: `The profile expression ${JSON.stringify(text)} (${where}) ${expression.malformed}` },
  ]);
}

/** The profile expressions of a document, any of which activates it. */
function conditionOf(document: SettingsDocument): readonly string[] | undefined {
  const texts = document.properties
    .filter(({ name }) => uniformName(name).replace(/\[\d+\]$/, '') === onProfile)
    .map(({ value }) => String(value ?? ''));
  return texts.length === 0 ? undefined : texts.flatMap((text) => profileNames(text));
}
