/** Addresses of remotes that are reached by SSH: `ssh://[USER@]HOST[:PORT]/PATH`, or git's short form `[USER@]HOST:PATH`. */

export interface SshAddress {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Where not, the path begins in the home of the user. */
  readonly isAbsolute: boolean;
  /** Only in the long form. */
  readonly password: string | undefined;
}

const usualPort = 22;
const shortForm = /^(?:(?<user>[^@:/\s]+)@)?(?<host>\[[0-9a-fA-F:.]+\]|[^:/@[\]\s]+):(?<path>(?!\/\/).+)$/;
const longForm =
  /^ssh:\/\/(?:(?<user>[^@:/\s]+)(?::(?<password>[^@/\s]*))?@)?(?<host>\[[0-9a-fA-F:.]+\]|[^:/@[\]\s]+)(?::(?<port>\d{1,5}))?\/(?<path>.+)$/i;
/** What ssh or a shell on the way could take for an option or a command is in no name of a host or user. */
const plainName = /^[A-Za-z0-9_](?:[A-Za-z0-9._~+-]|%40)*$/;
const plainHost = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*)|\[[0-9a-fA-F:.]+\])$/;

function refuseHostile({ user, host, path }: Pick<SshAddress, 'user' | 'host' | 'path'>): void {
  if (!plainHost.test(host)) throw new Error('has a host of another form than a name or an address');
  if (user !== undefined && !plainName.test(user)) {
    throw new Error('has a user name of another form than letters and digits');
  }
  if (path.startsWith('-')) throw new Error('has a path that begins with a hyphen');
}

/** @throws Error where it is none; the message follows the address */
export function parseSshAddress(uri: string): SshAddress {
  const long = longForm.exec(uri);
  const { user, host, port, path = '', password } = (long ?? shortForm.exec(uri))?.groups ?? {};
  if (host === undefined) throw new Error('is not of the form ssh://[USER@]HOST[:PORT]/PATH or [USER@]HOST:PATH');
  refuseHostile({ user, host, path });
  const number = Number(port ?? usualPort);
  if (number < 1 || number > 65_535) throw new Error('has a port out of bounds');
  const isAbsolute = long !== null && !path.startsWith('~');
  return { user, host: host.replaceAll(/[[\]]/g, ''), port: number, path, isAbsolute, password };
}
