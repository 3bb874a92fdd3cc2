import { createHmac, randomBytes } from 'node:crypto';
import type { Presented } from './presented.js';
import type { Credential } from './scheme.js';

/** Where a gateway says whom it has recognized, in small letters. */
export interface GatewayHeaders {
  readonly name: string;
  readonly roles: string | null;
}

/** Where credentials are looked for beside `Authorization`. */
export interface CredentialPlaces {
  /** Null: there is no gateway, and its headers are headers like any other. */
  readonly gateway: GatewayHeaders | null;
  /** Whether client certificates say who asks, or only open the connection. */
  readonly certificates: boolean;
}

/** What of a request is its credential. */
export type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'several' }
  /** Of a form that no scheme has. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'one'; readonly credential: Credential };

const longestAuthorization = 16 * 1024;
/** RFC 9110 §11.4: a scheme and a `token68`. */
const authorizationForm = /^([A-Za-z]{1,32}) {1,8}([A-Za-z0-9._~+/-]+=*)$/;

/**
 * The credential of a request. A client certificate belongs to the connection: it counts where the request itself brings
 * nothing, and never makes up for an `Authorization` that is wrong.
 */
export function credentialOf(presented: Presented, { gateway, certificates }: CredentialPlaces): Found {
  const authorization = presented.header('authorization');
  const names = gateway === null ? [] : presented.header(gateway.name);
  if (authorization.length + names.length > 1) return { kind: 'several' };
  if (authorization[0] !== undefined) return ofAuthorization(authorization[0]);
  if (gateway !== null && names[0] !== undefined) return ofGateway(presented, names[0], gateway);
  const certificate = certificates ? presented.certificate : null;
  return certificate === null ? { kind: 'none' } : one({ kind: 'certificate', certificate });
}

function ofAuthorization(line: string): Found {
  if (line.length > longestAuthorization) return { kind: 'malformed' };
  const [, scheme = '', rest = ''] = authorizationForm.exec(line) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return one({ kind: 'basic', encoded: rest });
    case 'bearer':
      return one({ kind: 'bearer', token: rest });
    default:
      return { kind: 'malformed' };
  }
}

function ofGateway(presented: Presented, name: string, gateway: GatewayHeaders): Found {
  const lines = gateway.roles === null ? [] : presented.header(gateway.roles);
  if (lines.length > 1) return { kind: 'several' };
  const { certificate, address } = presented;
  return one({ kind: 'gateway', name, roles: lines[0] ?? null, certificate, address });
}

function one(credential: Credential): Found {
  return { kind: 'one', credential };
}

const processKey = randomBytes(32);

/** Equal for equal credentials of one process, and tells nothing of them. */
export function credentialId(credential: Credential): string {
  return createHmac('sha256', processKey).update(canonical(credential)).digest('base64url');
}

function canonical(credential: Credential): string {
  switch (credential.kind) {
    case 'basic':
      return `basic ${credential.encoded}`;
    case 'bearer':
      return `bearer ${credential.token}`;
    case 'certificate':
      return `certificate ${credential.certificate.fingerprint}`;
    case 'gateway': {
      const { name, roles, address, certificate } = credential;
      return `gateway ${JSON.stringify([name, roles, address, certificate?.fingerprint ?? null])}`;
    }
  }
}
