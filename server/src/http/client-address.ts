import { BlockList, isIP, isIPv6 } from 'node:net';
import { plainAddress } from './addresses.js';
import type { AnyRequest } from './exchange.js';

/** Addresses of proxies whose `X-Forwarded-For` is believed. */
export interface TrustedProxies {
  has(address: string): boolean;
}

/** From `10.0.0.0/8` and single addresses. Undefined where one of them is none. */
export function trustedProxies(written: readonly string[]): TrustedProxies | undefined {
  const list = new BlockList();
  for (const text of written) {
    const [address = '', bits] = text.split('/');
    const version = isIP(address);
    if (version === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
    const prefix = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits);
    if (prefix > (version === 6 ? 128 : 32)) return undefined;
    list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    has(address) {
      const plain = plainAddress(address);
      return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
    },
  };
}

const known = new WeakMap<object, string>();

/** Where a request comes from: the peer, or what the last proxy that is not trusted has told the first that is. */
export function clientAddress(request: AnyRequest, trusted: TrustedProxies | null): string {
  const kept = known.get(request);
  if (kept !== undefined) return kept;
  const peer = plainAddress(request.socket.remoteAddress ?? '');
  if (trusted === null || !trusted.has(peer)) return peer;
  const address = forwardedFor(request.headers['x-forwarded-for'], trusted) ?? peer;
  known.set(request, address);
  return address;
}

/** What `clientAddress` found; else the peer. */
export function knownAddress(request: AnyRequest): string | null {
  return known.get(request) ?? request.socket.remoteAddress ?? null;
}

/** From the right: whatever stands left of the first address that is not a trusted proxy's anybody may have written. */
function forwardedFor(header: string | readonly string[] | undefined, trusted: TrustedProxies): string | undefined {
  const hops = (typeof header === 'string' ? [header] : (header ?? [])).join(',').split(',');
  let last: string | undefined;
  for (const hop of hops.reverse()) {
    const address = addressIn(hop.trim());
    if (address === undefined) return last;
    last = address;
    if (!trusted.has(address)) return last;
  }
  return last;
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711` have a port. */
function addressIn(hop: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
  return isIP(bare) === 0 ? undefined : plainAddress(bare);
}
