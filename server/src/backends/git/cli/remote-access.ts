/** What git needs to reach one remote: transports, credentials, certificates, proxy, keys. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { ConfigServerError } from '../../../core/errors.js';
import { chooseProxy } from '../proxy.js';
import type { ProxyServer } from '../proxy.js';
import { parseSshAddress } from '../ssh-address.js';
import type { SshOptions } from '../ssh-options.js';
import type { RemoteOptions } from '../transport.js';
import type { ConfigEntry, Environment } from './environment.js';
import { gitEnvironment } from './environment.js';
import type { GitProgram } from './git-program.js';
import { knownHostsText } from './known-hosts.js';
import { withPrivateFiles } from './private-folder.js';
import type { PrivateFile } from './private-folder.js';
import { askpassScript, fileNames, sshVariables } from './ssh-command.js';
import { readSshKey } from './ssh-key.js';

/** Runs `use` with an environment for git that reaches the remote; files it needs are there for that long. */
export type WithRemote = <T>(use: (environment: Environment) => Promise<T>) => Promise<T>;

const certificates = 'ca.pem';
/** Git runs it by the shell, which fills the values in; neither stands in any program's arguments. */
const credentialHelper =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$CAIRN_GIT_USERNAME" "$CAIRN_GIT_PASSWORD"; }; f';

const invalid = (problem: string): ConfigServerError => new ConfigServerError('CONFIG_SETTINGS_INVALID', problem);

function proxyUrl({ host, port, username, password }: ProxyServer): string {
  const user = username === undefined ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password ?? '')}@`;
  return `http://${user}${host}:${port}`;
}

function httpConfig(url: URL, { timeoutMs, skipTlsVerification, proxy, credentials }: RemoteOptions): ConfigEntry[] {
  const chosen = chooseProxy(url, proxy);
  // Only for the remote's own origin: where it redirects to gets no credentials.
  const helper: ConfigEntry[] =
    credentials === undefined ? [] : [[`credential.${url.origin}.helper`, credentialHelper]];
  return [
    ['http.proxy', chosen === undefined ? '' : proxyUrl(chosen)],
    ['http.sslVerify', String(!skipTlsVerification)],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', String(Math.ceil(timeoutMs / 1000) + 1)],
    ...helper,
  ];
}

function credentialVariables({ credentials }: RemoteOptions): Environment {
  if (credentials === undefined) return {};
  const { username, password, token } = credentials;
  const [user, secret] = token === undefined ? [username ?? '', password ?? ''] : [username ?? 'x-access-token', token];
  if (/[\r\n\0]/.test(user + secret)) {
    throw invalid('Credentials for git have no line breaks in them.');
  }
  return { CAIRN_GIT_USERNAME: user, CAIRN_GIT_PASSWORD: secret };
}

/** Also those that Node has been told to trust: the other engine does. */
function furtherCertificates({ ca }: RemoteOptions): readonly string[] {
  const path = process.env['NODE_EXTRA_CA_CERTS'];
  const told = path === undefined || path === '' ? undefined : readIfThere(path);
  return [ca, told].filter((text) => text !== undefined);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Node itself has warned of it.
    return undefined;
  }
}

function httpAccess(program: GitProgram, remote: RemoteOptions): WithRemote {
  const url = new URL(remote.url);
  const protocols = url.protocol === 'https:' ? ['https'] : ['http', 'https'];
  const config = httpConfig(url, remote);
  const variables = credentialVariables(remote);
  const further = url.protocol === 'https:' ? furtherCertificates(remote) : [];
  if (further.length === 0) return (use) => use(gitEnvironment({ program, protocols, config, variables }));
  const files = [{ name: certificates, content: [...rootCertificates, ...further].join('\n') }];
  return (use) =>
    withPrivateFiles(files, (folder) => {
      const trusted: ConfigEntry = ['http.sslCAInfo', `${folder}/${certificates}`];
      return use(gitEnvironment({ program, protocols, config: [...config, trusted], variables }));
    });
}

const authentications = /^[a-z-]+(,[a-z-]+)*$/;

/** What could never connect, or would connect to anyone. */
function checkSsh(options: SshOptions, knownHosts: string, password: string | undefined): void {
  const { privateKey, ignoreLocalSettings = false, strictHostKeyChecking = true, preferredAuthentications } = options;
  if (ignoreLocalSettings && privateKey === undefined && password === undefined) {
    throw invalid('With ignore-local-settings, ssh.private-key is needed (or a password).');
  }
  if (ignoreLocalSettings && strictHostKeyChecking && knownHosts === '') {
    throw invalid(
      'With ignore-local-settings no host is known: give ssh.known-hosts (or host-key with host-key-algorithm), or set strict-host-key-checking: false to trust the key that the host shows first.',
    );
  }
  if (preferredAuthentications !== undefined && !authentications.test(preferredAuthentications)) {
    throw invalid('ssh.preferred-authentications takes names separated by commas, such as publickey,password.');
  }
}

function sshAccess(program: GitProgram, remote: RemoteOptions): WithRemote {
  const { ssh: options = {}, credentials, timeoutMs, learnedHosts = '/dev/null' } = remote;
  const knownHosts = knownHostsText(options, parseSshAddress(remote.url));
  checkSsh(options, knownHosts, credentials?.password);
  const { privateKey, passphrase } = options;
  const key = privateKey === undefined ? undefined : readSshKey(privateKey, passphrase);
  const files: PrivateFile[] = [
    { name: fileNames.askpass, content: askpassScript, isProgram: true },
    ...(knownHosts === '' ? [] : [{ name: fileNames.knownHosts, content: knownHosts }]),
    ...(key === undefined ? [] : [{ name: fileNames.key, content: key }]),
  ];
  const shared = { ssh: program.ssh ?? 'ssh', options, password: credentials?.password, timeoutMs };
  return (use) =>
    withPrivateFiles(files, (folder) => {
      const given = { ...shared, files: { folder, learnedHosts }, hasKnownHosts: knownHosts !== '' };
      return use(gitEnvironment({ program, protocols: ['ssh'], variables: sshVariables(given) }));
    });
}

/** @throws ConfigServerError CONFIG_SETTINGS_INVALID where a key, a known host or a credential has a wrong form */
export function remoteAccess(program: GitProgram, remote: RemoteOptions): WithRemote {
  return /^https?:/.test(remote.url) ? httpAccess(program, remote) : sshAccess(program, remote);
}
