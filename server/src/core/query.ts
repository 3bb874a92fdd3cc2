import { decodedAgain, refuse, traversalProblem } from './refused-text.js';
import type { QueryPart } from './refused-text.js';
import type { CallerToken } from './caller-token.js';

/** What a client asks for, after validation: application(s), profile(s), label(s). Frozen. */
export interface Query {
  /** The application text as requested, `(_)` → `/`, commas kept: `orders,billing`. Answers carry it as `name`. */
  readonly name: string;
  /** `name` at its commas, without blanks: `['orders', 'billing']`. */
  readonly applications: readonly string[];
  /** The raw profile segment: `dev,prod`. Answers carry it as the one element of `profiles`. */
  readonly profileText: string;
  /** `profileText` at its commas, first of each: `['dev', 'prod']`. */
  readonly profiles: readonly string[];
  /** The label text as requested after `(_)` → `/`; null where the request had none. Answers carry it as `label`. */
  readonly label: string | null;
  /** `label` at its commas; empty where the request had none. */
  readonly labels: readonly string[];
  /** What the caller brought for backends that act in its name. Not part of `queryKey`: such backends add its id. */
  readonly token?: CallerToken;
  /** What the instance that asks calls itself: for secrets that each instance has for itself. Not part of `queryKey` either. */
  readonly instance?: string;
}

/** The segments of a request, percent-decoded once. */
export interface QueryParts {
  readonly application: string;
  readonly profiles: string;
  /** Absent or null: the request has none. */
  readonly label?: string | null;
  readonly token?: CallerToken | undefined;
  readonly instance?: string | undefined;
}

export interface QueryOptions {
  /** False takes profiles of any charset (the reference's `spring.profiles.validate=false`). Default true. */
  readonly validateProfiles?: boolean;
  /** Default 16. */
  readonly maxApplications?: number;
  /** Default 64. */
  readonly maxProfiles?: number;
  /** Default 8. */
  readonly maxLabels?: number;
}

/**
 * Reads and checks the segments of a request.
 * @throws ConfigServerError CONFIG_NAME_INVALID, naming the part, its value and what would be taken
 */
export function parseQuery(parts: QueryParts, options: QueryOptions = {}): Query {
  const name = withSlashes(parts.application);
  const labelText = parts.label ?? null;
  return Object.freeze({
    name,
    applications: nameList('application', parts.application, options.maxApplications ?? 16),
    profileText: parts.profiles,
    profiles: profileList(parts.profiles, options),
    label: labelText === null ? null : withSlashes(labelText),
    labels: labelText === null ? [] : nameList('label', labelText, options.maxLabels ?? 8),
    ...(parts.token !== undefined && { token: parts.token }),
    ...(parts.instance !== undefined && { instance: parts.instance }),
  });
}

/** A text that is equal for queries that ask for the same; parts cannot run into each other. */
export function queryKey(query: Query): string {
  return `${query.name}\n${query.profileText}\n${query.label ?? '\n'}`;
}

/** As `queryKey`, and equal only for those who may be given the same secrets. */
export function askerKey(query: Query): string {
  return `${query.token?.id ?? ''}\n${query.instance ?? ''}\n${queryKey(query)}`;
}

/** `(_)` stands for `/`, because servlet containers refuse encoded slashes. */
export function withSlashes(text: string): string {
  return text.replaceAll('(_)', '/');
}

function nameList(part: 'application' | 'label', text: string, most: number): readonly string[] {
  checkText(part, text);
  const names = split(text).filter((name) => name !== '');
  if (names.length === 0) refuse(part, text, `is blank; a name, or a list of names with commas, would be taken`);
  checkCount(part, names.length, most);
  for (const name of names) checkName(part, name);
  return Object.freeze(names.map(withSlashes));
}

function checkText(part: QueryPart, text: string): void {
  const again = decodedAgain(text);
  const problem = traversalProblem(text) ?? (again === undefined ? undefined : traversalProblem(again));
  if (problem !== undefined) refuse(part, text, problem);
}

function checkName(part: 'application' | 'label', name: string): void {
  checkText(part, name);
  if (/^[-.]/.test(name)) refuse(part, name, 'begins with "-" or "."; it would be taken without');
  if (part === 'application' && name.includes('*'))
    refuse(part, name, 'has "*"; a name without wildcards would be taken');
}

function profileList(text: string, options: QueryOptions): readonly string[] {
  const profiles = split(text);
  checkCount('profile', profiles.length, options.maxProfiles ?? 64);
  for (const profile of profiles) checkProfile(profile, options.validateProfiles ?? true);
  return Object.freeze([...new Set(profiles)]);
}

const profilePattern = /^[\p{L}\p{Nd}](?:[\p{L}\p{Nd}\-_.+@]*[\p{L}\p{Nd}])?$/u;

function checkProfile(profile: string, validate: boolean): void {
  checkText('profile', profile);
  if (profile === '') refuse('profile', profile, 'is empty; a list such as "dev,eu" has no empty element');
  if (validate && !profilePattern.test(profile))
    refuse(
      'profile',
      profile,
      'has a form that is not taken: letters, digits and "-_.+@" are, beginning and ending with a letter or digit',
    );
}

function checkCount(part: QueryPart, count: number, most: number): void {
  if (count > most) refuse(part, `${count} of them`, `is too many; at most ${most} would be taken`);
}

function split(text: string): string[] {
  return text.split(',').map((element) => element.trim());
}
