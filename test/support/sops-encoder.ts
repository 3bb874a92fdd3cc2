import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { armor, Encrypter } from 'age-encryption';

/** A value of a file: maps keep their order and any keys. */
export type Value = string | bigint | number | boolean | null | readonly Value[] | ValueMap;

export interface ValueMap {
  readonly map: readonly (readonly [string, Value])[];
}

/** Writes documents as SOPS does, after its documentation, as YAML in the layout of JSON; apart from what reads them. */
export async function encodeSops(documents: readonly ValueMap[], recipient: string): Promise<string> {
  const key = randomBytes(32);
  const mac = createHash('sha512');
  const bodies = documents.map(({ map }) =>
    map.map(([name, value]) => member(name, encrypt(value, key, mac, `${name}:`))),
  );
  const lastModified = '2026-01-31T12:00:00Z';
  const metadata = write({
    map: [
      [
        'age',
        [
          {
            map: [
              ['recipient', recipient],
              ['enc', await wrap(key, recipient)],
            ],
          },
        ],
      ],
      ['lastmodified', lastModified],
      ['mac', seal(mac.digest('hex').toUpperCase(), 'str', key, lastModified)],
      ['version', '3.10.2'],
    ],
  });
  return bodies.map((members) => `{${[...members, member('sops', metadata)].join(',\n')}}`).join('\n---\n');
}

/** The same documents in plain. */
export function encodePlain(documents: readonly ValueMap[]): string {
  return documents.map(write).join('\n---\n');
}

async function wrap(key: Uint8Array, recipient: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(key));
}

function write(value: Value): string {
  if (isList(value)) return `[${value.map(write).join(', ')}]`;
  if (isMap(value)) return `{${value.map.map(([name, child]) => member(name, write(child))).join(', ')}}`;
  return typeof value === 'string' ? quote(value) : String(value);
}

function encrypt(value: Value, key: Uint8Array, mac: { update(text: string): unknown }, path: string): string {
  if (isList(value)) return `[${value.map((item) => encrypt(item, key, mac, path)).join(', ')}]`;
  if (isMap(value))
    return `{${value.map.map(([name, child]) => member(name, encrypt(child, key, mac, `${path}${name}:`))).join(', ')}}`;
  if (value === null || value === '') return write(value);
  const { text, type } = signed(value);
  mac.update(text);
  return quote(seal(text, type, key, path));
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && 'map' in value;
}

/** A float is one from 1e-6 to 1e6, which needs no exponent in either language. */
function signed(value: string | bigint | number | boolean): { text: string; type: string } {
  if (typeof value === 'boolean') return { text: value ? 'True' : 'False', type: 'bool' };
  const type = typeof value === 'bigint' ? 'int' : typeof value === 'number' ? 'float' : 'str';
  return { text: String(value), type };
}

function seal(text: string, type: string, key: Uint8Array, authenticated: string): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(authenticated));
  const data = Buffer.concat([cipher.update(text), cipher.final()]);
  const [d, i, t] = [data, iv, cipher.getAuthTag()].map((bytes) => bytes.toString('base64'));
  return `ENC[AES256_GCM,data:${d},iv:${i},tag:${t},type:${type}]`;
}

function member(name: string, value: string): string {
  return `${quote(name)}: ${value}`;
}

/** In ASCII, so that no character means something to YAML. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
