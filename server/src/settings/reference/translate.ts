import { mergeEntries } from '../entries.js';
import type { Entry } from '../entries.js';
import type { Problem } from '../problems.js';
import { shown, startDraft } from './draft.js';
import type { Draft } from './draft.js';
import type { FlatFile } from './flat.js';
import { otherBackends } from './names.js';
import { placeSources } from './sources.js';
import { takers } from './takers.js';

/** What a file with the reference's names comes to in our settings. */
export interface Translation {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly problems: readonly Problem[];
  /** What has no effect here, for the log. */
  readonly notices: readonly string[];
}

/** Translates properties, placeholders resolved, for servers whose active profiles are `profiles`. */
export function translate(file: FlatFile, profiles: readonly string[]): Translation {
  const draft = startDraft(profiles);
  draft.problems.push(...profileProblems(profiles));
  for (const [uniform, property] of file) {
    if (!takers.some((take) => take(draft, uniform, property))) draft.unsupported.push(shown(property));
  }
  placeSources(draft);
  return {
    entries: mergeEntries([draft.named, draft.own, draft.variables]),
    problems: draft.problems,
    notices: notices(draft),
  };
}

function profileProblems(profiles: readonly string[]): Problem[] {
  return profiles
    .filter((profile) => otherBackends.has(profile))
    .map((profile) => ({
      text: `The active profile \`${profile}\` chooses a backend that is not supported; git, native, vault and composite are`,
    }));
}

function notices(draft: Draft): string[] {
  const told = [...draft.noticed].map(([why, names]) => `${names.join(', ')}: ${why}`);
  if (draft.unsupported.length === 0) return told;
  return [...told, `not supported, without effect: ${draft.unsupported.join(', ')}`];
}
