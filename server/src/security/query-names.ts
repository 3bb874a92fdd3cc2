import type { Query } from '../core/query.js';

export interface NamePair {
  readonly application: string;
  readonly profile: string;
}

/** The names that a policy has without a wildcard: what they say is protected, however it is asked for. */
export interface KnownNames {
  readonly applications: ReadonlySet<string>;
  readonly profiles: ReadonlySet<string>;
}

/** What a query reads, by application and profile. */
export interface QueryNames {
  /** All of them must be allowed: what is asked for, and what the same files are by names that the policy has. */
  readonly required: readonly NamePair[];
  /** Everything that the files of the query can be; a rule that forbids one of them forbids the query. */
  readonly readings: readonly NamePair[];
}

const longestName = 200;
const mostReadings = 1024;

/**
 * The names of a query. `/orders-prod/dev` reads `orders-prod.yml`, which is the file of `orders` with `prod` too, and
 * `/orders/api` reads the file of `orders-api`: both are seen. Undefined: more names than are decided on.
 */
export function namesOf(query: Pick<Query, 'applications' | 'profiles'>, known: KnownNames): QueryNames | undefined {
  const required: NamePair[] = [];
  const readings: NamePair[] = [];
  if ([...query.applications, ...query.profiles].some((name) => name.length > longestName)) return undefined;
  for (const application of new Set(query.applications)) {
    for (const profile of query.profiles) {
      const asked = { application, profile };
      required.push(asked, ...claims(asked, known));
      readings.push(asked, ...otherReadings(asked));
      if (readings.length > mostReadings) return undefined;
    }
  }
  return { required, readings };
}

/** The applications and profiles that the policy names and whose files these may be. */
function claims({ application, profile }: NamePair, known: KnownNames): readonly NamePair[] {
  const joined = `${application}-${profile}`;
  const longer = [...splits(joined), { application: joined, profile: 'default' }].filter(
    (pair) => pair.application.length > application.length && known.applications.has(pair.application),
  );
  if (known.applications.has(application)) return longer;
  const profiled = splits(application).filter((pair) => known.profiles.has(pair.profile));
  const parts = slashParts(application).filter((part) => known.applications.has(part));
  return [...longer, ...profiled, ...parts.map((part) => ({ application: part, profile }))];
}

function otherReadings({ application, profile }: NamePair): readonly NamePair[] {
  const joined = `${application}-${profile}`;
  return [
    ...splits(application),
    ...splits(joined),
    { application: joined, profile: 'default' },
    ...slashParts(application).map((part) => ({ application: part, profile })),
  ];
}

/** `a-b-c` → `a` with `b-c`, `a-b` with `c`. */
function splits(stem: string): readonly NamePair[] {
  return positions(stem, '-').map((at) => ({ application: stem.slice(0, at), profile: stem.slice(at + 1) }));
}

/** `team/orders` is what `orders` is in the search path `team`, and may be of the folder of `team`. */
function slashParts(application: string): readonly string[] {
  return positions(application, '/').flatMap((at) => [application.slice(0, at), application.slice(at + 1)]);
}

function positions(text: string, character: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(character, 1); at !== -1; at = text.indexOf(character, at + 1)) found.push(at);
  return found.filter((at) => at < text.length - 1);
}
