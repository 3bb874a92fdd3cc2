import type { CertificateIdentity } from './certificate-identity.js';
import { createPrincipal, type Role } from './principal.js';
import { refused, type Scheme } from './scheme.js';
import { isName } from './claims.js';

export interface CertificateEntry {
  readonly identity: CertificateIdentity;
  /** Null: what of the certificate fits. */
  readonly name: string | null;
  readonly roles: readonly Role[];
}

/** Client certificates that TLS has verified; the first entry that one fits says who it is. */
export function createCertificateScheme(entries: readonly CertificateEntry[]): Scheme {
  return {
    name: 'certificate',
    challenge: null,
    takes: ({ kind }) => kind === 'certificate',
    verify(credential) {
      if (credential.kind !== 'certificate') return Promise.resolve(refused('it is no certificate'));
      const { certificate } = credential;
      for (const { identity, name: given, roles } of entries) {
        const found = identity(certificate);
        if (found === undefined) continue;
        const name = given ?? found;
        if (!isName(name)) return Promise.resolve(refused('what it is named for cannot be a name'));
        const { expiresAt } = certificate;
        const principal = createPrincipal({ name, scheme: 'certificate', roles, expiresAt });
        return Promise.resolve({ kind: 'recognized', principal });
      }
      return Promise.resolve(refused('no entry is for its names'));
    },
  };
}
