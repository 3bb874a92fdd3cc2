/** What a label means: a branch, else a tag, else a full or unique abbreviated id of a commit that can be reached. */
import { ConfigServerError } from '../../core/errors.js';

const shortestAbbreviation = 4;
/** Up to the length of a SHA-256. */
const commitId = /^[0-9a-f]{4,64}$/;
// git-check-ref-format(1); a control character, blank or one of ~^:?*[\ is in no name.
const forbidden = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$/u;

/** Whether git would take `refs/heads/<label>` for a ref. */
export function isRefName(label: string): boolean {
  if (label === '' || label === '@' || label === 'HEAD' || forbidden.test(label)) return false;
  return label.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

/** The id `label` may be, in lower case; undefined if it cannot be one. */
export function asCommitId(label: string): string | undefined {
  const id = label.toLowerCase();
  return id.length >= shortestAbbreviation && commitId.test(id) ? id : undefined;
}

export const isFullCommitId = (id: string): boolean => id.length === 40 || id.length === 64;

export function labelNotFound(label: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_LABEL_NOT_FOUND',
    `There is no branch, tag or commit ${JSON.stringify(label)} in the repository.`,
  );
}
