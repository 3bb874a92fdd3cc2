import { constants, createPrivateKey, sign, type JsonWebKey, type KeyObject, type SigningOptions } from 'node:crypto';
import { ConfigClientError } from '../errors.js';
import type { SigningKeyOptions } from './platform.js';
import { signingAlgorithms, type SigningAlgorithm, type SigningKey } from './signing.js';

interface Definition {
  readonly types: readonly string[];
  readonly curve?: string;
  /** null: the algorithm has its own. */
  readonly hash: string | null;
  readonly options?: SigningOptions;
}

const pss: SigningOptions = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const ieee: SigningOptions = { dsaEncoding: 'ieee-p1363' };
const leastRsaBits = 2048;

const definitions: Readonly<Record<SigningAlgorithm, Definition>> = {
  RS256: { types: ['rsa'], hash: 'sha256' },
  PS256: { types: ['rsa', 'rsa-pss'], hash: 'sha256', options: pss },
  ES256: { types: ['ec'], curve: 'prime256v1', hash: 'sha256', options: ieee },
  ES384: { types: ['ec'], curve: 'secp384r1', hash: 'sha384', options: ieee },
  ES512: { types: ['ec'], curve: 'secp521r1', hash: 'sha512', options: ieee },
  EdDSA: { types: ['ed25519'], hash: null },
};

/** @throws CONFIG_OPTIONS_INVALID, without a part of the key. */
export function createSigningKey(options: SigningKeyOptions): SigningKey {
  const key = privateKeyOf(options);
  const jwk = typeof options.key === 'string' ? undefined : options.key;
  const algorithm = algorithmFor(key, options.algorithm ?? jwk?.alg);
  const { hash, options: signing } = definitions[algorithm];
  return {
    algorithm,
    keyId: jwk?.kid,
    sign: (text) => sign(hash, Buffer.from(text), { key, ...signing }),
  };
}

function privateKeyOf({ key, passphrase }: SigningKeyOptions): KeyObject {
  try {
    if (typeof key !== 'string') return createPrivateKey({ key: key as JsonWebKey, format: 'jwk' });
    return createPrivateKey({ key, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    throw invalid(
      'is neither a private key in PEM (with its passphrase, where it has one) nor a private JSON Web Key',
      {
        cause,
      },
    );
  }
}

function algorithmFor(key: KeyObject, wanted: string | undefined): SigningAlgorithm {
  const { modulusLength = leastRsaBits } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < leastRsaBits) throw invalid(`has ${modulusLength} bits; RSA needs ${leastRsaBits} at least`);
  const fitting = signingAlgorithms.filter((algorithm) => fits(key, definitions[algorithm]));
  const found = wanted === undefined ? fitting[0] : fitting.find((algorithm) => algorithm === wanted);
  if (found !== undefined) return found;
  const takes =
    fitting.length === 0 ? 'RSA, P-256, P-384, P-521 and Ed25519 are taken' : `it signs ${fitting.join(', ')}`;
  throw invalid(`does not sign ${wanted ?? 'as any algorithm'}; ${takes}`);
}

function fits({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, { types, curve }: Definition): boolean {
  return (
    types.includes(String(asymmetricKeyType)) && (curve === undefined || asymmetricKeyDetails?.namedCurve === curve)
  );
}

function invalid(what: string, options?: { readonly cause: unknown }): ConfigClientError {
  return new ConfigClientError('CONFIG_OPTIONS_INVALID', `privateKey ${what}.`, options);
}
