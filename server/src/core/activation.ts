import type { LoadedDocument } from './contributors.js';
import { fileInvalid } from './file-invalid.js';
import { parseProfileExpression } from './profile-expression.js';
import type { ProfileExpression } from './profile-expression.js';
import type { Directives } from './directives.js';

const compiled = new WeakMap<Directives, readonly ProfileExpression[]>();

/**
 * Whether a document applies. `profiles` null: they are not known yet, and documents that ask for one wait.
 * @throws ConfigServerError CONFIG_FILE_INVALID for a malformed expression
 */
export function isActive(document: LoadedDocument, profiles: ReadonlySet<string> | null): boolean {
  const { directives } = document;
  if (directives.onCloudPlatform) return false;
  if (directives.onProfile.values.length === 0) return true;
  const expressions = expressionsOf(document);
  return profiles !== null && expressions.some((matches) => matches((profile) => profiles.has(profile)));
}

function expressionsOf(document: LoadedDocument): readonly ProfileExpression[] {
  const known = compiled.get(document.directives);
  if (known !== undefined) return known;
  const expressions = document.directives.onProfile.values.map((text) => compile(text, document));
  compiled.set(document.directives, expressions);
  return expressions;
}

function compile(text: string, { publicPath, directives }: LoadedDocument): ProfileExpression {
  const expression = parseProfileExpression(text);
  if (typeof expression === 'function') return expression;
  const { property } = directives.onProfile;
  const shown = property?.secret === true ? '' : ` ${JSON.stringify(text)}`;
  throw fileInvalid(publicPath, `the profile expression${shown} ${expression.malformed}`, property);
}

/**
 * Refuses what cannot stand in a file: `spring.profiles` in any, and in the file of a profile what would change the
 * profiles (not where such properties are ignored anyway).
 * @throws ConfigServerError CONFIG_FILE_INVALID
 */
export function checkDirectives({ publicPath, profile, directives }: LoadedDocument, activatesProfiles: boolean): void {
  if (directives.legacyProfiles !== undefined)
    throw fileInvalid(
      publicPath,
      'spring.profiles is not taken; spring.config.activate.on-profile would be',
      directives.legacyProfiles,
    );
  if (profile === null || !activatesProfiles) return;
  const property = directives.include.property ?? directives.activeProfiles ?? directives.defaultProfiles;
  if (property !== undefined)
    throw fileInvalid(
      publicPath,
      'spring.profiles.include, active and default cannot stand in the file of a profile',
      property,
    );
}
