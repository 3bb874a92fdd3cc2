/** What a git process sees of its surroundings: nothing of the user's or the system's configuration, no terminal, few variables. */
import type { GitProgram } from './git-program.js';

export type Environment = Readonly<Record<string, string>>;

/** Key and value of git configuration; handed on by the environment, so that no value stands among the arguments. */
export type ConfigEntry = readonly [key: string, value: string];

const hardening: readonly ConfigEntry[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.askPass', ''],
  ['core.sshCommand', ''],
  ['credential.helper', ''],
  ['protocol.ext.allow', 'never'],
  ['protocol.fd.allow', 'never'],
  ['safe.directory', '*'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  // Always a pack, which the manifest can name.
  ['fetch.unpackLimit', '1'],
  ['transfer.bundleURI', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['repack.writeBitmaps', 'false'],
  ['repack.updateServerInfo', 'false'],
  ['http.userAgent', 'git/cairn'],
  // Not to follow a redirect, nor alternates of an old-style server, in the middle of a fetch.
  ['http.followRedirects', 'initial'],
];

function configVariables(entries: readonly ConfigEntry[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) };
  for (const [at, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${at}`] = key;
    variables[`GIT_CONFIG_VALUE_${at}`] = value;
  }
  return variables;
}

export interface EnvironmentOptions {
  readonly program: GitProgram;
  /** Transports that may be used, such as `https`. None: nothing may be fetched. */
  readonly protocols: readonly string[];
  readonly config?: readonly ConfigEntry[];
  readonly variables?: Environment;
}

export function gitEnvironment({ program, protocols, config = [], variables = {} }: EnvironmentOptions): Environment {
  return {
    PATH: program.searchPath,
    // Neither ~/.netrc nor anything else of the user's home.
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    // Empty would mean that all may be used.
    GIT_ALLOW_PROTOCOL: protocols.length === 0 ? 'none' : protocols.join(':'),
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...configVariables([...hardening, ...config]),
    ...variables,
  };
}
