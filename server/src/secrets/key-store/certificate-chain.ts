import { X509Certificate } from 'node:crypto';

import { malformed } from './malformed.js';

const longest = 10;

/** `first` and whatever is above it among `known`, up to an authority that nobody is above. */
export function chainAbove(first: Buffer, known: readonly Buffer[]): readonly Buffer[] {
  const parsed = known.map((der) => ({ der, certificate: parse(der) }));
  const chain = [first];
  let last = parse(first);
  while (chain.length < longest && !last.checkIssued(last)) {
    const above = parsed.find(({ certificate }) => last.checkIssued(certificate));
    if (above === undefined) break;
    chain.push(above.der);
    last = above.certificate;
  }
  return chain;
}

function parse(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw malformed('a certificate cannot be read');
  }
}
