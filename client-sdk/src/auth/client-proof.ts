import { ConfigClientError } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import { clientAssertion } from './client-assertion.js';
import { formEncoded, basicAuthorization } from './basic-authorization.js';
import type { TokenSettings } from './parse-client-credentials.js';

/** What of a request shows who the client is. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: readonly (readonly [string, string])[];
  /** Texts that no message may have. */
  readonly secrets: readonly string[];
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Made anew for each token: secrets and keys are rotated, and an assertion is for one use. */
export async function proofOf(settings: TokenSettings, platform: Platform): Promise<Proof> {
  const { clientId, proof } = settings;
  if (proof.kind === 'certificate') return inBody(clientId, [], []);
  if (proof.kind === 'key') {
    const { keyId, audience } = proof;
    const assertion = clientAssertion({ clientId, audience, key: await proof.key(), keyId, platform });
    return inBody(
      clientId,
      [
        ['client_assertion_type', assertionType],
        ['client_assertion', assertion],
      ],
      [assertion],
    );
  }
  const secret = await secretOf(proof.secret);
  const forms = [secret, formEncoded(secret)];
  if (proof.isInBody) return inBody(clientId, [['client_secret', secret]], forms);
  // Form-encoded before they become user and password (RFC 6749, 2.3.1).
  const authorization = basicAuthorization(formEncoded(clientId), formEncoded(secret));
  return { headers: { authorization }, parameters: [], secrets: [...forms, authorization.replace('Basic ', '')] };
}

function inBody(clientId: string, rest: Proof['parameters'], secrets: readonly string[]): Proof {
  return { headers: {}, parameters: [['client_id', clientId], ...rest], secrets };
}

async function secretOf(secret: () => Promise<string>): Promise<string> {
  try {
    return await secret();
  } catch (error) {
    if (error instanceof ConfigClientError) throw error;
    throw new ConfigClientError('CONFIG_UNAVAILABLE', 'clientSecret could not be had.', { cause: error });
  }
}
