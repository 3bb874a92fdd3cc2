import type { ClientCertificate } from './presented.js';

/** Whether a certificate is one, and by what name: the name that fits; undefined: it is not. */
export type CertificateIdentity = (certificate: ClientCertificate) => string | undefined;

const form = /^(?:(dns|uri|subject):(.+)|(spiffe:\/\/.+))$/s;
const mostStars = 8;

/**
 * Reads `subject:CN=orders,O=Example`, `dns:*.example.com`, `uri:https://…` or `spiffe://example.com/ns/shop/sa/*`. A `*`
 * stands for anything within one part (of a host name, a path, a distinguished name). Undefined: it is of no such form.
 */
export function parseCertificateIdentity(text: string): CertificateIdentity | undefined {
  const [, kind, pattern = '', spiffe] = form.exec(text) ?? [];
  if ((pattern + (spiffe ?? '')).split('*').length - 1 > mostStars) return undefined;
  if (spiffe !== undefined) return spiffeIdentity(spiffe);
  switch (kind) {
    case 'dns': {
      const fits = matcher(pattern.toLowerCase(), '[^.]*');
      return ({ dnsNames }) => dnsNames.map((name) => name.toLowerCase()).find(fits);
    }
    case 'uri': {
      const fits = matcher(pattern, '[^/]*');
      return ({ uris }) => uris.find(fits);
    }
    case 'subject': {
      const fits = matcher(pattern, '[^,+]*');
      return ({ subject }) => (fits(subject) ? subject : undefined);
    }
    default:
      return undefined;
  }
}

const spiffeForm = /^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._-]+)+$/;
const spiffePattern = /^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._*-]+)+$/;

/** X.509-SVID §2: exactly one URI, which is the SPIFFE id; the trust domain is never a pattern. */
function spiffeIdentity(pattern: string): CertificateIdentity | undefined {
  if (!spiffePattern.test(pattern)) return undefined;
  const fits = matcher(pattern, '[^/]*');
  return ({ uris }) => {
    const [uri] = uris;
    if (uris.length !== 1 || uri === undefined || uri.length > 2048) return undefined;
    return spiffeForm.test(uri) && !/\/\.{1,2}(\/|$)/.test(uri) && fits(uri) ? uri : undefined;
  };
}

function matcher(pattern: string, star: string): (text: string) => boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  const fits = new RegExp(`^${source.join(star)}$`, 'su');
  return (text) => fits.test(text);
}
