/** What git and ssh print, told as what it means; to be read behind "The remote URL". Their own text goes to the log only. */
import { describeStatus } from '../remote-failure.js';
import type { GitOutcome } from './run-git.js';

export interface FailureContext {
  readonly hasCredentials: boolean;
  readonly timeoutMs: number;
}

type Describe = (found: RegExpExecArray, context: FailureContext) => string;

const silent: Describe = (_, { timeoutMs }) => `was silent for ${timeoutMs} ms`;
const closed: Describe = () => 'cannot be reached (the connection was closed)';
const unreachable =
  (reason: string): Describe =>
  () =>
    `cannot be reached (${reason})`;
const says =
  (text: string): Describe =>
  () =>
    text;

/** The first that matches tells the cause; what git itself adds stands behind it. */
const meanings: readonly (readonly [RegExp, Describe])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Offending \S+ key in/,
    says(
      'shows another host key than the one that is pinned; nothing was sent to it. If its key was changed on purpose, pin the new one (known-hosts, or host-key with host-key-algorithm)',
    ),
  ],
  [
    /No \S+ host key is known for/,
    says('shows a host key, and none is pinned for it; give known-hosts, or host-key with host-key-algorithm'),
  ],
  [/Host key verification failed/, says('could not be verified by its host key')],
  [/REVOKED HOST KEY/, says('shows a host key that is revoked')],
  [/incorrect passphrase supplied/, says('was not asked: the passphrase does not open the private key for SSH')],
  [/error in libcrypto|invalid format/, says('was not asked: ssh cannot read the private key')],
  [/Permission denied \(/, says('refuses the keys and passwords for SSH that are set')],
  [/no matching host key type found/, says('has no host key of a type that ssh takes')],
  [/no matching (?:key exchange method|cipher|mac) found/i, says('speaks no form of SSH that ssh takes')],
  [/Could not resolve (?:host|hostname)|Name or service not known/i, unreachable('ENOTFOUND')],
  [/Connection refused|Failed to connect/i, unreachable('ECONNREFUSED')],
  [/No route to host|Network is unreachable/i, unreachable('EHOSTUNREACH')],
  [/Operation too slow|timed out|Timeout, server .* not responding/i, silent],
  [/returned error: (\d{3})/, ([, status], { hasCredentials }) => describeStatus(Number(status), hasCredentials)],
  [/could not read Username|terminal prompts disabled/, says(describeStatus(401, false))],
  [/Authentication failed for/, says(describeStatus(401, true))],
  [/^fatal: repository '.*' not found/m, says(describeStatus(404, false))],
  [
    /does not appear to be a git repository|Repository not found|repository .* does not exist/i,
    says('has no repository there'),
  ],
  [/certificate|SSL|TLS|GnuTLS/, says('has a certificate that is not trusted, or speaks no TLS')],
  [
    /mismatched algorithms|unsupported object format|object.format/i,
    says('has SHA-256 objects, which a mirror does not take; serve a local clone of it'),
  ],
  [/No space left on device/i, says('could not be mirrored: no space is left in the data directory')],
  [
    /early EOF|unexpected disconnect|remote end hung up|pack has bad object|fetch-pack: invalid|index-pack failed|bad pack|inflate/i,
    says('does not send what it has in whole'),
  ],
  [/Empty reply from server|Connection reset|Connection closed|Recv failure|transfer closed/i, closed],
  [
    /not valid: is this a git repository|protocol error|invalid server response|bad line length|unexpected|expected/i,
    says('does not answer as a git server does'),
  ],
  [/transport '.*' not allowed/, says('redirects to another transport')],
];

/** Why a run of git that was to reach a remote has failed. */
export function describeOutcome({ ended, errorText }: GitOutcome, context: FailureContext): string {
  if (ended === 'silent') return `was silent for ${context.timeoutMs} ms`;
  if (ended === 'output') return 'answers more than the limit of bytes';
  if (ended !== undefined) return ended;
  for (const [pattern, describe] of meanings) {
    const found = pattern.exec(errorText);
    if (found !== null) return describe(found, context);
  }
  return 'could not be fetched from';
}
