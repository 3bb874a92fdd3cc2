/** Which engine reads a repository: the one in JavaScript, the git program, or by transport and size. */
import { ConfigServerError } from '../../core/errors.js';
import { createAdaptiveEngine } from './adaptive-engine.js';
import { createCliEngine } from './cli/cli-engine.js';
import { findGit, oldestGit } from './cli/git-program.js';
import type { GitProgram } from './cli/git-program.js';
import { remoteAccess } from './cli/remote-access.js';
import type { EngineLimits, GitEngine } from './engine.js';
import { createIsomorphicEngine } from './isomorphic-engine.js';
import { unsupportedForm } from './local-repository.js';
import { packBytes } from './pack-bytes-on-disk.js';
import type { RemoteOptions } from './transport.js';

export type EngineName = 'auto' | 'isomorphic' | 'cli';

export interface EngineChoice {
  readonly engine: EngineName;
  /** Packs together; past it `auto` takes the git program where there is one. */
  readonly cliAboveBytes: number;
  /** Of the repository, for messages. */
  readonly uri: string;
  readonly limits: EngineLimits;
  readonly notice: (message: string) => void;
  /** Looks for the git program; default: on the search path of this process. */
  readonly findGit?: () => GitProgram | undefined;
}

export type CreateEngine = (gitdir: string, onDamage?: (problem: string) => void) => GitEngine;

const remedies = `Install git ${oldestGit} or newer and an OpenSSH client (the image has a variant with both), or use the repository's http(s) address with a token`;

function unsupported(uri: string, problem: string): ConfigServerError {
  return new ConfigServerError('CONFIG_GIT_TRANSPORT_UNSUPPORTED', `The repository ${JSON.stringify(uri)} ${problem}.`);
}

const programOf = (choice: EngineChoice): GitProgram | undefined => (choice.findGit ?? findGit)();

function requireGit(choice: EngineChoice): GitProgram {
  const program = programOf(choice);
  if (program !== undefined) return program;
  throw unsupported(
    choice.uri,
    `is to be read by the git program, and none of version ${oldestGit} or newer is on the search path. Install it, or set engine: isomorphic`,
  );
}

function sshProgram(choice: EngineChoice): GitProgram {
  const { engine, uri } = choice;
  if (engine === 'isomorphic') {
    throw unsupported(
      uri,
      `needs the transport ssh, which engine: isomorphic does not speak. Set engine: auto, or use the repository's http(s) address with a token`,
    );
  }
  const program = programOf(choice);
  if (program === undefined)
    throw unsupported(
      uri,
      `needs the transport ssh, and no git ${oldestGit} or newer is on the search path. ${remedies}`,
    );
  if (program.ssh === undefined)
    throw unsupported(uri, `needs the transport ssh, and no ssh program is on the search path. ${remedies}`);
  return program;
}

/** Says each message once, however many engines a repository is given one after another. */
function once(notice: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    notice(message);
  };
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

const largeNotice = ({ uri, cliAboveBytes }: EngineChoice): string =>
  `The repository ${uri} has more than ${mebibytes(cliAboveBytes)} of packs (cli-above): the git program reads it from now on.`;
const missingNotice = ({ uri, cliAboveBytes }: EngineChoice): string =>
  `The repository ${uri} has more than ${mebibytes(cliAboveBytes)} of packs (cli-above), and no git ${oldestGit} or newer is on the search path: fetching from it takes much memory.`;

/**
 * For a mirror of `remote`.
 * @throws ConfigServerError CONFIG_GIT_TRANSPORT_UNSUPPORTED, CONFIG_SETTINGS_INVALID
 */
export function remoteEngines(remote: RemoteOptions, choice: EngineChoice): CreateEngine {
  const { engine, limits, cliAboveBytes } = choice;
  const isHttp = /^https?:/.test(remote.url);
  if (!isHttp || engine === 'cli') {
    const program = isHttp ? requireGit(choice) : sshProgram(choice);
    // Keys and known hosts of a wrong form are told now, not at the first fetch.
    remoteAccess(program, remote);
    return (gitdir, onDamage) => createCliEngine({ program, gitdir, remote, limits, ...damage(onDamage) });
  }
  if (engine === 'isomorphic') {
    return (gitdir, onDamage) => createIsomorphicEngine({ gitdir, remote, limits, ...damage(onDamage) });
  }
  const notice = once(choice.notice);
  return (gitdir, onDamage) =>
    createAdaptiveEngine({
      ...{ gitdir, remote, limits, cliAboveBytes, ...damage(onDamage) },
      program: () => programOf(choice),
      onLarge: (isCli) => {
        notice(isCli ? largeNotice(choice) : missingNotice(choice));
      },
    });
}

const damage = (onDamage: ((problem: string) => void) | undefined): { onDamage?: (problem: string) => void } =>
  onDamage === undefined ? {} : { onDamage };

/**
 * For local repositories: these are read in place, and never written to.
 * @throws ConfigServerError CONFIG_GIT_TRANSPORT_UNSUPPORTED; from what is returned CONFIG_REPOSITORY_UNSUPPORTED
 */
export function localEngines(choice: EngineChoice): CreateEngine {
  const { engine, limits, cliAboveBytes } = choice;
  if (engine === 'cli') requireGit(choice);
  const notice = once(choice.notice);
  return (gitdir) => {
    const form = unsupportedForm(gitdir);
    const program = engine === 'isomorphic' ? undefined : programOf(choice);
    if (form !== undefined && (program === undefined || !form.isReadByGit)) throw refused(form.problem, gitdir);
    const isLarge = packBytes(gitdir) > cliAboveBytes;
    if (program === undefined || (engine === 'auto' && form === undefined && !isLarge)) {
      return createIsomorphicEngine({ gitdir, limits });
    }
    if (engine === 'auto') notice(form === undefined ? largeNotice(choice) : formNotice(choice, form.name));
    return createCliEngine({ program, gitdir, limits });
  };
}

const formNotice = ({ uri }: EngineChoice, name: string): string =>
  `The repository ${uri} has ${name}: the git program reads it.`;

function refused(problem: string, gitdir: string): ConfigServerError {
  return new ConfigServerError('CONFIG_REPOSITORY_UNSUPPORTED', `The local repository ${problem}.`, {
    diagnostics: { gitdir },
  });
}
