/** The ssh command that git runs: no configuration file, keys and known hosts of our own, nothing asked of a terminal. */
import { join } from 'node:path';
import type { SshOptions } from '../ssh-options.js';
import type { Environment } from './environment.js';

export interface SshFiles {
  /** A private folder, for as long as the command runs. */
  readonly folder: string;
  /** Where hosts trusted on first sight are remembered. */
  readonly learnedHosts: string;
}

export interface SshCommandOptions {
  readonly ssh: string;
  readonly options: SshOptions;
  readonly password: string | undefined;
  readonly timeoutMs: number;
  readonly files: SshFiles;
  readonly hasKnownHosts: boolean;
}

export const fileNames = { key: 'key', knownHosts: 'known_hosts', askpass: 'askpass' } as const;

/** Answers ssh's questions from the environment, where only this user can read. */
export const askpassScript = `#!/bin/sh
case "$1" in
  *passphrase*) printf '%s\\n' "$CAIRN_SSH_PASSPHRASE" ;;
  *assword*) printf '%s\\n' "$CAIRN_SSH_PASSWORD" ;;
  *) exit 1 ;;
esac
`;

/** For the shell by which git runs the command. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** A path as an option's value: ssh takes percent signs for placeholders, and blanks for ends. */
const pathValue = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

type Option = readonly [name: string, value: string];

function hostOptions({ options, files, hasKnownHosts }: SshCommandOptions): Option[] {
  const pinned = hasKnownHosts ? [pathValue(join(files.folder, fileNames.knownHosts))] : [];
  if (options.strictHostKeyChecking === false) {
    return [
      ['StrictHostKeyChecking', 'accept-new'],
      ['UserKnownHostsFile', [pathValue(files.learnedHosts), ...pinned].join(' ')],
      ['GlobalKnownHostsFile', '/dev/null'],
    ];
  }
  if (pinned.length === 0) return [['StrictHostKeyChecking', 'yes']];
  return [
    ['StrictHostKeyChecking', 'yes'],
    ['UserKnownHostsFile', pinned.join(' ')],
    ['GlobalKnownHostsFile', '/dev/null'],
  ];
}

function keyOptions({ options, files }: SshCommandOptions): Option[] {
  if (options.privateKey !== undefined) {
    return [
      ['IdentitiesOnly', 'yes'],
      ['IdentityAgent', 'none'],
      ['IdentityFile', pathValue(join(files.folder, fileNames.key))],
    ];
  }
  if (options.ignoreLocalSettings !== true) return [];
  return [
    ['IdentitiesOnly', 'yes'],
    ['IdentityAgent', 'none'],
    ['IdentityFile', 'none'],
  ];
}

function authenticationOptions({ options, password }: SshCommandOptions): Option[] {
  const usual = password === undefined ? 'publickey' : 'publickey,password,keyboard-interactive';
  // In batch mode ssh would not ask for a passphrase either.
  const asks = options.passphrase !== undefined || password !== undefined;
  return [
    ['PreferredAuthentications', options.preferredAuthentications ?? usual],
    ['BatchMode', asks ? 'no' : 'yes'],
    ['NumberOfPasswordPrompts', '1'],
  ];
}

function commandOf(given: SshCommandOptions): string {
  const seconds = String(Math.max(1, Math.ceil(given.timeoutMs / 1000)));
  const options: Option[] = [
    ...hostOptions(given),
    ...keyOptions(given),
    ...authenticationOptions(given),
    ['ConnectTimeout', seconds],
    ['ServerAliveInterval', seconds],
    ['ServerAliveCountMax', '1'],
    ['UpdateHostKeys', 'no'],
    ['CheckHostIP', 'no'],
    ['ForwardAgent', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['PermitLocalCommand', 'no'],
    ['ControlPath', 'none'],
    ['LogLevel', 'ERROR'],
  ];
  const written = options.map(([name, value]) => `-o ${quoted(`${name}=${value}`)}`);
  return [quoted(given.ssh), '-F /dev/null', ...written].join(' ');
}

export function sshVariables(given: SshCommandOptions): Environment {
  const { options, password, files } = given;
  const agent = process.env['SSH_AUTH_SOCK'];
  const usesAgent = options.privateKey === undefined && options.ignoreLocalSettings !== true && agent !== undefined;
  return {
    GIT_SSH_COMMAND: commandOf(given),
    GIT_SSH_VARIANT: 'ssh',
    SSH_ASKPASS: join(files.folder, fileNames.askpass),
    SSH_ASKPASS_REQUIRE: 'force',
    // OpenSSH before 8.4 asks a program only where there seems to be a display.
    DISPLAY: ':',
    ...(usesAgent ? { SSH_AUTH_SOCK: agent } : {}),
    ...(options.passphrase === undefined ? {} : { CAIRN_SSH_PASSPHRASE: options.passphrase }),
    ...(password === undefined ? {} : { CAIRN_SSH_PASSWORD: password }),
  };
}
