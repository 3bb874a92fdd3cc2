/** A certificate authority for tests, made anew for each process: no key lies in the repository. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { bits, der, integer, octets, oid, pem, sequence, set, tagged, text, time, truth } from './der.js';

export interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly serial: number;
}

export interface Wish {
  readonly name: string;
  readonly dns?: readonly string[];
  readonly uris?: readonly string[];
  readonly from?: Date;
  readonly until?: Date;
}

export interface Authority {
  readonly cert: string;
  /** A certificate, for 127.0.0.1 and `localhost` unless `dns` or `uris` say otherwise. */
  issue(wish: Wish): Pair;
  /** An authority below this one. */
  authority(name: string): Authority;
  /** A revocation list. */
  revoke(serials?: readonly number[], until?: Date): { readonly pem: string; readonly der: Buffer };
}

const commonName = oid('550403');
const basicConstraints = oid('551d13');
const subjectAltName = oid('551d11');
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const always = new Date('2020-01-01T00:00:00Z');
const never = new Date('2120-01-01T00:00:00Z');

const nameOf = (name: string): Buffer => sequence(set(sequence(commonName, text(name))));
const extension = (id: Buffer, ...rest: readonly Buffer[]): Buffer => sequence(id, ...rest);
const authorityExtension = extension(basicConstraints, truth, octets(sequence(truth)));

interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
}

interface Subject {
  readonly serial: number;
  readonly wish: Wish;
  readonly publicKey: KeyObject;
  readonly extensions: Buffer;
}

function certificate(issuer: Issuer, { serial, wish, publicKey, extensions }: Subject): string {
  const body = sequence(
    tagged(0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    nameOf(issuer.name),
    sequence(time(wish.from ?? always), time(wish.until ?? never)),
    nameOf(wish.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(extensions)),
  );
  return pem('CERTIFICATE', signed(body, issuer.key));
}

function signed(body: Buffer, key: KeyObject): Buffer {
  return sequence(body, ecdsaWithSha256, bits(sign('sha256', body, key)));
}

function alternativeNames({ dns, uris }: Wish): Buffer {
  const written = [
    ...(dns ?? []).map((name) => der(0x82, Buffer.from(name))),
    ...(uris ?? []).map((uri) => der(0x86, Buffer.from(uri))),
  ];
  const usual = [der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))];
  const names = dns === undefined && uris === undefined ? usual : written;
  return extension(subjectAltName, octets(sequence(...names)));
}

function revocationList(issuer: Issuer, serials: readonly number[], until: Date): Buffer {
  const revoked = serials.map((serial) => sequence(integer(serial), time(always)));
  const body = sequence(
    integer(1),
    ecdsaWithSha256,
    nameOf(issuer.name),
    time(always),
    time(until),
    ...(revoked.length === 0 ? [] : [sequence(...revoked)]),
  );
  return signed(body, issuer.key);
}

function authorityOf(issuer: Issuer, cert: string): Authority {
  let last = 1;
  const next = (): number => (last += 1);
  const keys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    cert,
    issue(wish) {
      const { publicKey, privateKey } = keys();
      const serial = next();
      const leaf = certificate(issuer, { serial, wish, publicKey, extensions: alternativeNames(wish) });
      return { cert: leaf, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), serial };
    },
    authority(name) {
      const { publicKey, privateKey } = keys();
      const below = certificate(issuer, { serial: next(), wish: { name }, publicKey, extensions: authorityExtension });
      return authorityOf({ name, key: privateKey }, below);
    },
    revoke(serials = [], until = never) {
      const list = revocationList(issuer, serials, until);
      return { pem: pem('X509 CRL', list), der: list };
    },
  };
}

/** An authority that nobody is above. */
export function createAuthority(name = 'cairn test authority'): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const issuer = { name, key: privateKey };
  const cert = certificate(issuer, { serial: 1, wish: { name }, publicKey, extensions: authorityExtension });
  return authorityOf(issuer, cert);
}
