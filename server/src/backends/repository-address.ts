interface Address {
  readonly isWeb: boolean;
  /** Host and path. */
  readonly place: string;
  readonly port: string;
}

const defaultPorts = new Map([
  ['http', '80'],
  ['https', '443'],
]);

/**
 * Whether two addresses may be of one repository: `https://git.example.com/shop/config.git` and
 * `git@git.example.com:shop/config` are. User info, `.git`, slashes at the end and capitals make no difference, and neither
 * does the port between the web and SSH.
 */
export function isSameRepository(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  if (a?.place === undefined || a.place !== b?.place) return false;
  return a.isWeb !== b.isWeb || a.port === b.port;
}

function parse(address: string): Address | undefined {
  const [, scheme = '', authority = '', path = ''] =
    /^([a-z][a-z\d+.-]*):\/\/([^/]*)\/(.*)$/i.exec(address) ?? shortForm(address);
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(authority.replace(/^.*@/, '').toLowerCase()) ?? [];
  const name = path
    .toLowerCase()
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '');
  if (host === '' || name === '') return undefined;
  const protocol = scheme.toLowerCase();
  const isWeb = defaultPorts.has(protocol);
  return { isWeb, place: `${host}/${name}`, port: port ?? defaultPorts.get(protocol) ?? '' };
}

/** `git@host:path` */
function shortForm(address: string): readonly string[] {
  const [, authority, path] = /^([^/:]+):(?!\/\/)(.+)$/.exec(address) ?? [];
  return authority === undefined || path === undefined ? [] : ['', 'ssh', authority, path];
}
