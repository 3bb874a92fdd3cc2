import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { CertificateIdentity } from './certificate-identity.js';
import { isName, rolesOf, type RoleMapping } from './claims.js';
import { createPrincipal } from './principal.js';
import { refused, type GatewayCredential, type Scheme, type Verdict } from './scheme.js';

export interface GatewayOptions {
  /** Where the gateway is; `addressRanges`. */
  readonly addresses: AddressRanges;
  /** What its certificate must be; one of them. */
  readonly identities: readonly CertificateIdentity[];
  /** Put before names. */
  readonly prefix: string;
  readonly mapping: RoleMapping;
}

/** A gateway or mesh that has recognized the user: believed only from where it is, and with its own certificate. */
export function createGatewayScheme(options: GatewayOptions): Scheme {
  return {
    name: 'gateway',
    challenge: null,
    takes: ({ kind }) => kind === 'gateway',
    verify: (credential) =>
      Promise.resolve(credential.kind === 'gateway' ? judge(credential, options) : refused('it is no header')),
  };
}

function judge(credential: GatewayCredential, { addresses, identities, prefix, mapping }: GatewayOptions): Verdict {
  const { certificate, address } = credential;
  if (!addresses.has(address)) return refused('the header came from an address that is not a gateway’s');
  if (certificate === null) return refused('the header came without a client certificate');
  if (!identities.some((identity) => identity(certificate) !== undefined))
    return refused('the header came with a certificate that is not a gateway’s');
  const name = textOf(credential.name);
  if (name === undefined) return refused('the header has no name');
  const values = (credential.roles ?? '').split(',').map((value) => value.trim());
  const roles = rolesOf(values, mapping);
  const { expiresAt } = certificate;
  return {
    kind: 'recognized',
    principal: createPrincipal({ name: `${prefix}${name}`, scheme: 'gateway', roles, expiresAt }),
  };
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Node gives header bytes as ISO 8859-1. */
function textOf(header: string): string | undefined {
  try {
    const text = strictUtf8.decode(Buffer.from(header, 'latin1')).normalize('NFC');
    return isName(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

export interface AddressRanges {
  has(address: string): boolean;
}

/** Reads `10.0.0.0/8`, `2001:db8::/32` and single addresses; undefined where one is none. */
export function addressRanges(texts: readonly string[]): AddressRanges | undefined {
  const list = new BlockList();
  if (!texts.every((text) => addRange(list, text))) return undefined;
  return {
    has(address) {
      // A socket for both families shows IPv4 as IPv6.
      const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
      if (isIPv4(plain)) return list.check(plain, 'ipv4');
      return isIPv6(plain) && list.check(plain, 'ipv6');
    },
  };
}

function addRange(list: BlockList, text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  const most = family === 'ipv4' ? 32 : 128;
  if (family === undefined || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  const prefix = bits === undefined ? most : Number(bits);
  if (prefix > most) return false;
  list.addSubnet(address, prefix, family);
  return true;
}
