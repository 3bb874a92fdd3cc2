/** The two commands that reach a remote. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RefName, RemoteRefs } from '../engine.js';
import type { Environment } from './environment.js';
import type { GitProgram } from './git-program.js';
import type { WithRemote } from './remote-access.js';
import { runGit } from './run-git.js';
import type { GitOutcome } from './run-git.js';

export interface RemoteCommand {
  readonly program: GitProgram;
  readonly withRemote: WithRemote;
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const listingBytes = 64 * 1024 * 1024;
/** Git tells of its progress once a second. */
const progressMs = 2_000;

export async function listRefs(command: RemoteCommand): Promise<GitOutcome> {
  const listed = await list(command, {});
  if (listed.code !== 0 || listed.output.length > 0 || !command.url.startsWith('http')) return listed;
  // Any page is an empty listing for git, which takes what is no git server for one that keeps files in folders.
  const traced = await list(command, { GIT_TRACE_PACKET: '2' });
  if (traced.code !== 0 || /\bpacket:/.test(traced.errorText)) return traced;
  return { ...traced, code: null, ended: 'does not answer as a git server does' };
}

function list({ program, withRemote, url, timeoutMs, signal }: RemoteCommand, more: Environment): Promise<GitOutcome> {
  const args = ['ls-remote', '--quiet', '--heads', '--tags', '--refs', '--end-of-options', url];
  return withRemote((environment) =>
    runGit({
      ...{ program, args, signal, maxOutputBytes: listingBytes, silenceMs: timeoutMs },
      environment: { ...environment, ...more },
    }),
  );
}

/** Unpeeled ids by name; `undefined` where the output is none of git's. */
export function parseListing(output: Buffer): RemoteRefs | undefined {
  const refs = new Map<RefName, string>();
  for (const line of output.toString().split('\n')) {
    if (line === '') continue;
    const [, id, name] = /^([0-9a-f]{40}|[0-9a-f]{64})\t(refs\/(?:heads|tags)\/.+)$/.exec(line) ?? [];
    if (id === undefined || name === undefined) return undefined;
    refs.set(name, id);
  }
  return refs;
}

export interface FetchCommand extends RemoteCommand {
  readonly gitdir: string;
  /** Where branches and tags are written: `refs/incoming/…`, without what is there already. */
  readonly into: string;
  readonly maxBytes: number;
}

/** All branches and tags, as one pack. What is in any ref of `gitdir` is not sent again. */
export function fetchRefs(command: FetchCommand): Promise<GitOutcome> {
  const { program, withRemote, url, timeoutMs, signal, gitdir, into, maxBytes } = command;
  const args = [
    `--git-dir=${gitdir}`,
    'fetch',
    '--stdin',
    '--progress',
    '--no-tags',
    '--no-auto-gc',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-show-forced-updates',
    '--end-of-options',
    url,
  ];
  const input = `+refs/heads/*:${into}/heads/*\n+refs/tags/*:${into}/tags/*\n`;
  return withRemote((environment) =>
    runGit({
      ...{ program, args, environment, signal, input },
      silenceMs: timeoutMs + progressMs,
      isAtWork: (text) => /Receiving objects: 100%|Resolving deltas/.test(text),
      watch: () => problemOfSize(gitdir, maxBytes),
    }),
  );
}

/** Git has no limit on what it takes from a remote. */
async function problemOfSize(gitdir: string, maxBytes: number): Promise<string | undefined> {
  const folder = join(gitdir, 'objects', 'pack');
  const names = (await readdir(folder)).filter((name) => name.startsWith('tmp_pack_'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.some((size) => size > maxBytes) ? 'answers more than the limit of bytes' : undefined;
}
