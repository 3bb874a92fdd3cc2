import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigServerError } from '../../core/errors.js';
import { parseSshAddress } from './ssh-address.js';
import type { SshAddress } from './ssh-address.js';

/** Given to a remote, to its own origin only. A token is sent as the password. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
}

export interface LocalLocation {
  readonly kind: 'local';
  /** Absolute. */
  readonly path: string;
  /** The URI as written, without trailing slashes. */
  readonly uri: string;
}

export interface RemoteLocation {
  readonly kind: 'remote';
  readonly transport: 'http' | 'ssh';
  /** For requests; without secrets. That of SSH has the user in it. */
  readonly url: string;
  /** The URI as written, without trailing slashes and user info; git's short form of SSH keeps its user. */
  readonly uri: string;
  readonly credentials?: Credentials;
  /** Name of the mirror's folder. */
  readonly mirrorKey: string;
}

export type RepositoryLocation = LocalLocation | RemoteLocation;

const scheme = /^([a-z][a-z0-9+.-]*):\/\//i;
const helper = /^([a-z][a-z0-9+.-]*)::/i;
const filePrefix = /^file:/i;
const pathPrefix = /^[./]/;
const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i;
const controlCharacter = /\p{Cc}/u;

/** `uri` without its user info: may be shown and logged. */
export function withoutUserInfo(uri: string): string {
  return uri.replace(userInfo, '$1');
}

function invalid(uri: string, problem: string): ConfigServerError {
  const text = withoutUserInfo(uri).replace(/\p{Cc}/gu, '\u{fffd}');
  return new ConfigServerError(
    'CONFIG_SETTINGS_INVALID',
    `uri ${JSON.stringify(text)} ${problem}. Taken are http(s)://HOST/PATH, ssh://[USER@]HOST/PATH, [USER@]HOST:PATH, file:///PATH and a path.`,
  );
}

function unsupported(uri: string, transport: string): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_GIT_TRANSPORT_UNSUPPORTED',
    `The repository ${JSON.stringify(withoutUserInfo(uri))} needs the transport ${transport}, which no git engine here speaks. ` +
      'Use its http(s) address with a token or its ssh:// address, or name a local clone (a path or file: URI) that is kept up to date.',
  );
}

function decode(uri: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(uri, 'has user info that is not percent-encoded');
  }
}

function parseRemote(uri: string): RemoteLocation {
  if (!URL.canParse(uri)) throw invalid(uri, 'is not a URL');
  const url = new URL(uri);
  if (url.search !== '' || url.hash !== '') throw invalid(uri, 'has a query or fragment');
  const username = decode(uri, url.username);
  const password = decode(uri, url.password);
  const path = url.pathname.replace(/\/+$/, '');
  const plain = `${url.protocol}//${url.host}${path}`;
  const hasUserInfo = username !== '' || password !== '';
  return {
    kind: 'remote',
    transport: 'http',
    url: plain,
    uri: withoutUserInfo(uri).replace(/\/+$/, ''),
    ...(hasUserInfo ? { credentials: { username, password } } : {}),
    mirrorKey: createHash('sha256').update(plain).digest('hex'),
  };
}

function sshAddress(uri: string): SshAddress {
  try {
    return parseSshAddress(uri);
  } catch (error) {
    throw invalid(uri, error instanceof Error ? error.message : 'is not an address of SSH');
  }
}

/** Paths of the short form are relative to the user's home, so the user is part of what is named. */
function parseSsh(written: string): RemoteLocation {
  const { user = '', host, port, path, password, isAbsolute } = sshAddress(written);
  const uri = written.replace(/\/+$/, '');
  const url = uri.replace(/^(ssh:\/\/[^/]*?):[^/@]*@/i, '$1@');
  return {
    kind: 'remote',
    transport: 'ssh',
    url,
    uri: withoutUserInfo(uri),
    ...(password === undefined ? {} : { credentials: { username: user, password: decode(uri, password) } }),
    mirrorKey: createHash('sha256')
      .update(`ssh ${user}@${host.toLowerCase()}:${port} ${isAbsolute ? '/' : ''}${path.replace(/\/+$/, '')}`)
      .digest('hex'),
  };
}

/** `url` with the user to log in as, where it names none. @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export function withSshUser(url: string, username: string | undefined): string {
  if (username === undefined || username === '' || sshAddress(url).user !== undefined) return url;
  const named = url.replace(/^(ssh:\/\/)?/i, `$&${username}@`);
  if (sshAddress(named).user !== username) throw invalid(named, 'has a user name of another form');
  return named;
}

function parseFile(uri: string): LocalLocation {
  try {
    return { kind: 'local', path: resolve(fileURLToPath(new URL(uri))), uri: uri.replace(/\/+$/, '') };
  } catch {
    throw invalid(uri, 'is not a file URI of this machine');
  }
}

function refuseHostile(uri: string): void {
  if (uri.trim() === '') throw invalid(uri, 'is empty');
  if (controlCharacter.test(uri)) throw invalid(uri, 'has control characters');
  if (/\s/u.test(uri) && scheme.test(uri)) throw invalid(uri, 'has blanks');
  if (uri.startsWith('-')) throw invalid(uri, 'begins with a hyphen');
}

/** The word before `://` or `::`; `HOST:PATH` is git's short form of ssh. */
function transportOf(uri: string): string | undefined {
  const named = (helper.exec(uri)?.[0] ?? scheme.exec(uri)?.[1])?.toLowerCase();
  if (named !== undefined || filePrefix.test(uri)) return named;
  return !pathPrefix.test(uri) && /^[^/]*:/.test(uri) ? 'ssh' : undefined;
}

/**
 * Tells a local repository from a remote one, and takes credentials out of the URI.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID, CONFIG_GIT_TRANSPORT_UNSUPPORTED
 */
export function parseRepositoryUri(uri: string): RepositoryLocation {
  refuseHostile(uri);
  const transport = transportOf(uri);
  if (transport === 'http' || transport === 'https') return parseRemote(uri);
  if (transport === 'ssh' && !helper.test(uri)) return parseSsh(uri);
  if (filePrefix.test(uri) && !helper.test(uri)) return parseFile(uri);
  if (transport !== undefined) throw unsupported(uri, transport);
  return { kind: 'local', path: resolve(uri), uri: uri.replace(/(?<=.)\/+$/, '') };
}
