import type { X509Certificate } from 'node:crypto';
import type { ClientCertificate } from './presented.js';

/** What is looked at of Node's `X509Certificate`. */
export type ReadableCertificate = Pick<X509Certificate, 'subject' | 'subjectAltName' | 'fingerprint256' | 'validTo'>;

/** What is read of a verified client certificate. Names that cannot be read for certain are left out. */
export function certificateOf(certificate: ReadableCertificate): ClientCertificate {
  const names = alternativeNames(certificate.subjectAltName ?? '');
  const named = (kind: string): string[] => names.filter(([type]) => type === kind).map(([, value]) => value);
  return {
    subject: distinguishedName(certificate.subject),
    dnsNames: named('DNS'),
    uris: named('URI'),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    expiresAt: Date.parse(certificate.validTo),
  };
}

/** Node has one part a line, each escaped as RFC 2253 says, the first first. */
function distinguishedName(lines: string): string {
  return lines.split('\n').reverse().join(',');
}

const name = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/** Node writes a value that would be taken for two names as a JSON text (CVE-2021-44532). */
function alternativeNames(text: string): [string, string][] {
  const names: [string, string][] = [];
  name.lastIndex = 0;
  while (name.lastIndex < text.length) {
    const [, type = '', value = ''] = name.exec(text) ?? [];
    // One that cannot be read could hide where the next begins.
    if (type === '') return [];
    names.push([type, value.startsWith('"') ? unquoted(value) : value]);
  }
  return names;
}

function unquoted(value: string): string {
  return String(JSON.parse(value));
}
