import { ConfigServerError } from './errors.js';
import { refuse } from './refused-text.js';
import type { QueryPart } from './refused-text.js';
import { redactUserInfo } from './user-info.js';

/** What the placeholders of a URI stand for in one request. */
export interface UriValues {
  readonly application: string;
  readonly profile: string;
  readonly label: string;
}

/** The URI of a repository, perhaps with `{application}`, `{profile}` and `{label}`. */
export interface UriTemplate {
  readonly text: string;
  readonly hasPlaceholders: boolean;
  /**
   * The URI for `values`: the same scheme, user info and host whatever they are, and no path that leaves its own.
   * @throws ConfigServerError CONFIG_NAME_INVALID
   */
  expand(values: UriValues): string;
  /** Whether `{profile}` is in it. */
  readonly hasProfile: boolean;
}

const placeholder = /(\{(?:application|profile|label)\})/;
/** Ends where the path begins: behind the host of a URL or of git's short form, or at the first slash of a path. */
const beforePath = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/{}]*\/|[^/{}:]+@[^/{}:]+:|(?:file:)?[^/{}:]*\/)/i;

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID where a placeholder stands before the path, or is none */
export function parseUriTemplate(text: string): UriTemplate {
  const parts = text.split(placeholder);
  if (parts.some((part, at) => at % 2 === 0 && /[{}]/.test(part)))
    throw invalid(text, 'has a brace; `{application}`, `{profile}` and `{label}` are the placeholders that are taken');
  if (parts.length > 1 && !beforePath.test(text))
    throw invalid(text, 'has a placeholder before its path; a scheme and a host without placeholders would be taken');
  return {
    text,
    hasPlaceholders: parts.length > 1,
    hasProfile: parts.includes('{profile}'),
    expand: (values) => parts.map((part) => expandPart(part, values)).join(''),
  };
}

function invalid(text: string, problem: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `uri ${JSON.stringify(redactUserInfo(text))} ${problem}.`);
}

function expandPart(part: string, values: UriValues): string {
  switch (part) {
    case '{application}':
      return checked('application', values.application);
    case '{profile}':
      return checked('profile', values.profile);
    case '{label}':
      return checked('label', values.label);
    default:
      return part;
  }
}

/** Nothing that a URL, a shell, a file system or git gives a meaning to. */
const segment = /^[\p{L}\p{Nd}_][\p{L}\p{Nd}\-_.+@,~]*$/u;

function checked(part: QueryPart, value: string): string {
  const isSafe = value.split('/').every((one) => segment.test(one) && !one.includes('..') && !isReserved(one));
  if (!isSafe)
    refuse(
      part,
      value,
      'cannot be part of a repository\'s URI: letters, digits and "-_.+@,~" can, with "/" between them',
    );
  return value;
}

/** A folder of git's own is no repository of its own. */
function isReserved(one: string): boolean {
  return one.toLowerCase() === '.git';
}
