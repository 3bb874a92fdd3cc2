import { child, octets, oidOf, numberOf, readDer, tags } from './der.js';
import type { Der } from './der.js';
import { chainAbove } from './certificate-chain.js';
import { certificateEntry, type KeyStoreEntries, type KeyStoreEntry } from './entries.js';
import { keyStoreRefused, malformed, wrongPassword } from './malformed.js';
import { decryptByPassword } from './password-encryption.js';
import { checkMac } from './pkcs12-mac.js';

const pkcs7 = { data: '1.2.840.113549.1.7.1', encrypted: '1.2.840.113549.1.7.6' } as const;
const bag = '1.2.840.113549.1.12.10.1.';
const bags = {
  key: `${bag}1`,
  shroudedKey: `${bag}2`,
  certificate: `${bag}3`,
  safe: `${bag}6`,
} as const;
const X509 = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';
const VERSION = 3;
const NESTED_SAFES = 8;

/** The entries of a PKCS #12 key store (RFC 7292). @throws ConfigServerError CONFIG_SETTINGS_INVALID */
export async function readPkcs12(bytes: Buffer, password: string): Promise<KeyStoreEntries> {
  const store = readDer(bytes);
  const version = numberOf(child(store, 0, tags.integer), 255);
  if (version !== VERSION) throw keyStoreRefused(`is PKCS #12 of version ${version}; version 3 is read`);
  const content = plainContent(child(store, 1, tags.sequence));
  const mac = store.children[2];
  if (mac === undefined) throw keyStoreRefused('has no integrity check (MAC); make it with a password');
  if (!(await checkMac(mac, content, password))) throw wrongPassword();
  const found: Bag[] = [];
  for (const part of readDer(content).children) found.push(...(await bagsOf(part, password)));
  return entriesOf(found);
}

/** The octets of a ContentInfo of the type data. */
function plainContent(info: Der): Buffer {
  const oid = oidOf(child(info, 0, tags.oid));
  if (oid !== pkcs7.data) throw keyStoreRefused('is signed or encrypted by a public key; only passwords are supported');
  return octets(child(child(info, 1, tags.context0), 0, tags.octets));
}

interface Bag {
  readonly kind: string;
  readonly value: Der;
  readonly alias: string | undefined;
  readonly keyId: string | undefined;
}

async function bagsOf(part: Der, password: string): Promise<Bag[]> {
  const oid = oidOf(child(part, 0, tags.oid));
  if (oid === pkcs7.data) return readSafe(readDer(plainContent(part)), NESTED_SAFES);
  if (oid !== pkcs7.encrypted) throw keyStoreRefused('is encrypted by a public key; only passwords are supported');
  const content = child(child(child(part, 1, tags.context0), 0, tags.sequence), 1, tags.sequence);
  const sealed = content.children[2];
  if (sealed === undefined) return [];
  const plain = await decryptByPassword(child(content, 1, tags.sequence), octets(sealed), password);
  if (plain === undefined) throw wrongPassword();
  return readSafe(readDer(plain), NESTED_SAFES);
}

function readSafe(safe: Der, depth: number): Bag[] {
  if (depth === 0) throw malformed('its parts are nested too deeply');
  return safe.children.flatMap((element) => {
    const kind = oidOf(child(element, 0, tags.oid));
    const value = child(element, 1, tags.context0).children[0];
    if (value === undefined) throw malformed('a part is empty');
    if (kind === bags.safe) return readSafe(value, depth - 1);
    return [{ kind, value, ...attributesOf(element.children[2]) }];
  });
}

function attributesOf(attributes: Der | undefined): Pick<Bag, 'alias' | 'keyId'> {
  const values = new Map<string, Der | undefined>();
  for (const attribute of attributes?.children ?? []) {
    values.set(oidOf(child(attribute, 0, tags.oid)), child(attribute, 1, tags.set).children[0]);
  }
  const name = values.get(FRIENDLY_NAME)?.content;
  return { alias: name && fromUtf16(name), keyId: values.get(LOCAL_KEY_ID)?.content.toString('hex') };
}

function fromUtf16(bytes: Buffer): string {
  if (bytes.length % 2 !== 0) throw malformed('an alias is no text');
  return Buffer.from(bytes).swap16().toString('utf16le');
}

/** Keys without a name have their position as alias, as in Java; certificates of keys are their keys' own. */
function entriesOf(found: readonly Bag[]): KeyStoreEntries {
  const entries = new Map<string, KeyStoreEntry>();
  const keys = found.filter(({ kind }) => kind === bags.key || kind === bags.shroudedKey);
  const keyIds = new Set(keys.map(({ keyId }) => keyId));
  const certificates = found.filter(({ kind }) => kind === bags.certificate);
  for (const [at, key] of keys.entries()) {
    entries.set((key.alias ?? String(at + 1)).toLowerCase(), keyEntry(key, chainOf(key, certificates)));
  }
  for (const { kind, value, alias, keyId } of found) {
    const isOfKey = keyId !== undefined && keyIds.has(keyId);
    if (kind !== bags.certificate || alias === undefined || isOfKey || entries.has(alias.toLowerCase())) continue;
    const certificate = certificateIn(value);
    if (certificate !== undefined) entries.set(alias.toLowerCase(), certificate);
  }
  return entries;
}

function keyEntry({ kind, value }: Bag, chain: readonly Buffer[]): KeyStoreEntry {
  if (kind === bags.key) return { kind: 'private-key', chain, unlock: () => Promise.resolve(encoded(value)) };
  const algorithm = child(value, 0, tags.sequence);
  const sealed = octets(child(value, 1, tags.octets));
  return { kind: 'private-key', chain, unlock: (password) => decryptByPassword(algorithm, sealed, password) };
}

/** The element with its identifier and length again. */
function encoded({ tag, content }: Der): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt8(tag);
  head.writeUInt8(0x84, 1);
  head.writeUInt32BE(content.length, 2);
  return Buffer.concat([head, content]);
}

function certificateIn(value: Der): KeyStoreEntry | undefined {
  const der = certificateDer(value);
  return der && certificateEntry(der);
}

function certificateDer(value: Der): Buffer | undefined {
  if (oidOf(child(value, 0, tags.oid)) !== X509) return undefined;
  return octets(child(child(value, 1, tags.context0), 0, tags.octets));
}

/** The certificate that has the key's id, and whatever the store has of those above it. */
function chainOf({ keyId }: Bag, certificates: readonly Bag[]): readonly Buffer[] {
  const own = certificates.find((one) => keyId !== undefined && one.keyId === keyId);
  const first = own && certificateDer(own.value);
  return first === undefined
    ? []
    : chainAbove(
        first,
        certificates.flatMap(({ value }) => certificateDer(value) ?? []),
      );
}
