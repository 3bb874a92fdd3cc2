import { readDer, type Der } from '../secrets/key-store/der.js';
import { tlsInvalid, type RevocationList } from '../security/tls-material.js';

const block = /-----BEGIN X509 CRL-----([\s\S]*?)-----END X509 CRL-----/g;

/** The lists in a file: any number in PEM, or one in DER, as authorities publish it. @throws ConfigServerError CONFIG_TLS_INVALID */
export function revocationListsIn(bytes: Buffer): readonly RevocationList[] {
  const blocks = [...bytes.toString('latin1').matchAll(block)].map(([, body = '']) => Buffer.from(body, 'base64'));
  const lists = blocks.length > 0 ? blocks : bytes[0] === 0x30 ? [bytes] : [];
  if (lists.length === 0) throw tlsInvalid('a revocation list is neither PEM nor DER');
  return lists.map((der) => ({ pem: pemOf(der), endsAt: endOf(der) }));
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
}

const utcTime = 0x17;
const generalizedTime = 0x18;

/** RFC 5280 §5.1.2: `thisUpdate` and, mostly, `nextUpdate` are the only times on their level. */
function endOf(der: Buffer): number | null {
  const times = topLevel(der).filter(({ tag }) => tag === utcTime || tag === generalizedTime);
  return times[1] === undefined ? null : timeOf(times[1]);
}

function topLevel(der: Buffer): readonly Der[] {
  try {
    return readDer(der).children[0]?.children ?? [];
  } catch {
    throw tlsInvalid('a revocation list is damaged or cut off');
  }
}

/** `YYMMDDHHMMSSZ`, of 1950 to 2049, or with the century. */
function timeOf({ tag, content }: Der): number | null {
  const text = content.toString('latin1');
  const full = tag === utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hours, minutes, seconds] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? null : time;
}
