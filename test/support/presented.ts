import type { ClientCertificate, Presented } from '#server/security/presented.js';

export interface PresentedParts {
  /** By name in small letters; a list: a line each. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate?: ClientCertificate | null;
  readonly address?: string;
}

/** What a request brings. */
export function aPresented({
  headers = {},
  certificate = null,
  address = '192.0.2.1',
}: PresentedParts = {}): Presented {
  const lines = new Map(Object.entries(headers).map(([name, value]) => [name, [value].flat()]));
  return { header: (name) => lines.get(name) ?? [], certificate, address };
}

/** A verified certificate. */
export function aCertificate(parts: Partial<ClientCertificate> = {}): ClientCertificate {
  return {
    subject: 'CN=orders,O=Example',
    dnsNames: [],
    uris: [],
    fingerprint: 'ab'.repeat(32),
    expiresAt: 4_000_000_000_000,
    ...parts,
  };
}

export function basicHeader(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
