/** Checks a private key before anything is started with it, and brings it into a form that ssh reads. */
import { createPrivateKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ConfigServerError } from '../../../core/errors.js';

const label = /^-----BEGIN ([A-Z0-9 ]+)-----$/m;
const openssh = 'OPENSSH PRIVATE KEY';
const magic = Buffer.from('openssh-key-v1\0');
const keyTypes: readonly (string | undefined)[] = ['rsa', 'ec', 'ed25519'];
const taken = 'Taken are RSA, ECDSA and Ed25519 keys in PEM (PKCS #1, SEC 1, PKCS #8) or OpenSSH form';

function invalid(problem: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `The private key for SSH ${problem}. ${taken}.`);
}

function base64Of(text: string): Buffer {
  return Buffer.from(text.replaceAll(/-----[^\n]*-----|\s/g, ''), 'base64');
}

function readString(bytes: Buffer, at: number): { text: Buffer; next: number } {
  if (at + 4 > bytes.length) throw invalid('is cut off');
  const next = at + 4 + bytes.readUInt32BE(at);
  if (next > bytes.length) throw invalid('is cut off');
  return { text: bytes.subarray(at + 4, next), next };
}

/** PROTOCOL.key of OpenSSH: magic, cipher, key derivation and its options, the number of keys, the public key, the private one. */
function checkOpenssh(text: string, passphrase: string | undefined): void {
  const bytes = base64Of(text);
  if (!bytes.subarray(0, magic.length).equals(magic)) throw invalid('says it is one of OpenSSH and is not');
  const cipher = readString(bytes, magic.length);
  const derivation = readString(bytes, cipher.next);
  const options = readString(bytes, derivation.next);
  const publicKey = readString(bytes, options.next + 4);
  readString(bytes, publicKey.next);
  if (cipher.text.toString('latin1') !== 'none' && passphrase === undefined) throw invalid('needs a passphrase');
}

function parse(text: string, passphrase: string | undefined): KeyObject {
  const isEncrypted = /ENCRYPTED/.test(text);
  if (isEncrypted && passphrase === undefined) throw invalid('needs a passphrase');
  try {
    return createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
  } catch {
    // Its message may hold parts of the key.
    throw invalid(isEncrypted ? 'is not opened by the passphrase' : 'cannot be parsed');
  }
}

const sshString = (bytes: Uint8Array | string): Buffer => {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};

/** OpenSSH before 9.6 does not read Ed25519 keys in PKCS #8. */
function toOpenssh(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' });
  const [point, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')];
  const one = Buffer.from([0, 0, 0, 1]);
  const publicKey = Buffer.concat([sshString('ssh-ed25519'), sshString(point)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, publicKey, sshString(Buffer.concat([seed, point])), sshString('cairn')]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, at) => at + 1));
  const parts = [magic, sshString('none'), sshString('none'), sshString(''), one, sshString(publicKey)];
  const body = Buffer.concat([...parts, sshString(Buffer.concat([secret, padding]))]).toString('base64');
  return `-----BEGIN ${openssh}-----\n${body.replaceAll(/.{70}/g, '$&\n').trimEnd()}\n-----END ${openssh}-----\n`;
}

/**
 * The key as ssh takes it. One that a passphrase protects stays protected, unless ssh could not read it.
 * @throws ConfigServerError CONFIG_SETTINGS_INVALID; the key is not in the message
 */
export function readSshKey(written: string, passphrase: string | undefined): string {
  const text = `${written.replaceAll('\r', '').trim()}\n`;
  const kind = label.exec(text)?.[1];
  if (kind === undefined) throw invalid('has no line `-----BEGIN … PRIVATE KEY-----`');
  if (kind === openssh) {
    checkOpenssh(text, passphrase);
    return text;
  }
  const key = parse(text, passphrase);
  if (!keyTypes.includes(key.asymmetricKeyType)) throw invalid(`is one of type ${key.asymmetricKeyType ?? 'unknown'}`);
  return key.asymmetricKeyType === 'ed25519' ? toOpenssh(key) : text;
}
