/** A proxy for one scheme of targets. */
export interface ProxyServer {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  /** Hosts asked directly: exact names, `*` at either end, `.suffix`. */
  readonly noProxy: readonly string[];
}

/** By scheme of the remote; where only one is set it serves both. */
export interface ProxyOptions {
  readonly http?: ProxyServer;
  readonly https?: ProxyServer;
}

function matches(host: string, pattern: string): boolean {
  if (pattern === '*' || pattern === host) return true;
  if (pattern.startsWith('*.') || pattern.startsWith('.')) return host.endsWith(pattern.replace(/^\*/, ''));
  if (pattern.startsWith('*')) return host.endsWith(pattern.slice(1));
  return pattern.endsWith('*') && host.startsWith(pattern.slice(0, -1));
}

/** Whether `hostname` is asked without the proxy. Patterns: a name, `.suffix`, `*.suffix`, `*text`, `text*`, `*`. */
function isExemptFromProxy(hostname: string, patterns: readonly string[]): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '');
  return patterns.some((pattern) => matches(host, pattern.trim().toLowerCase()));
}

/** The proxy for requests to `url`, if any. */
export function chooseProxy(url: URL, proxy: ProxyOptions | undefined): ProxyServer | undefined {
  const chosen = url.protocol === 'https:' ? (proxy?.https ?? proxy?.http) : (proxy?.http ?? proxy?.https);
  return chosen === undefined || isExemptFromProxy(url.hostname, chosen.noProxy) ? undefined : chosen;
}
