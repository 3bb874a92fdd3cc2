import { createCertificateScheme } from '../security/certificate.js';
import { parseCertificateIdentity, type CertificateIdentity } from '../security/certificate-identity.js';
import { addressRanges, createGatewayScheme } from '../security/gateway.js';
import type { GatewayHeaders } from '../security/credential.js';
import type { Scheme } from '../security/scheme.js';
import type { SecuritySettings } from '../settings/sections/security.js';
import { securityInvalid } from './security-invalid.js';

export function certificateScheme({ certificates }: SecuritySettings): readonly Scheme[] {
  if (certificates.entries.length === 0) return [];
  const entries = certificates.entries.map((entry, at) => ({
    ...entry,
    identity: identityOf(entry.identity, `security.certificates.entries[${at}].identity`),
  }));
  return [createCertificateScheme(entries)];
}

export function gatewayScheme({ gateway }: SecuritySettings): readonly Scheme[] {
  if (gateway.header === null) return [];
  const addresses = addressRanges(gateway.addresses);
  if (addresses === undefined || gateway.addresses.length === 0)
    throw securityInvalid(
      `\`security.gateway.addresses\` is [${gateway.addresses.join(', ')}]`,
      'one or more addresses or ranges such as 10.0.0.0/8',
    );
  if (gateway.certificates.length === 0)
    throw securityInvalid('`security.gateway.certificates` is missing', 'the certificates of the gateways');
  const identities = gateway.certificates.map((text, at) => identityOf(text, `security.gateway.certificates[${at}]`));
  const mapping = { roles: gateway.roles, roleMap: gateway['role-mapping'] };
  return [createGatewayScheme({ addresses, identities, prefix: gateway.prefix, mapping })];
}

/** Null where no gateway is configured. */
export function gatewayHeaders({ gateway }: SecuritySettings): GatewayHeaders | null {
  const { header, 'roles-header': rolesHeader } = gateway;
  if (header === null) return null;
  return {
    name: headerName(header, 'header'),
    roles: rolesHeader === null ? null : headerName(rolesHeader, 'roles-header'),
  };
}

/** A header that says something else cannot say who asks. */
const otherHeaders = new Set(['authorization', 'cookie', 'host', 'connection', 'x-config-token']);

function headerName(text: string, field: string): string {
  const name = text.toLowerCase();
  if (/^[a-z0-9-]{1,64}$/.test(name) && !otherHeaders.has(name)) return name;
  throw securityInvalid(
    `\`security.gateway.${field}\` is ${JSON.stringify(text)}`,
    'a header such as X-Forwarded-User',
  );
}

function identityOf(text: string, path: string): CertificateIdentity {
  const identity = parseCertificateIdentity(text);
  if (identity !== undefined) return identity;
  const taken = 'spiffe://example.com/ns/shop/sa/*, dns:*.example.com, uri:… or subject:CN=orders,O=Example';
  throw securityInvalid(`\`${path}\` is ${JSON.stringify(text)}`, taken);
}
