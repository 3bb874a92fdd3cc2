import type { VaultAsked, VaultSays } from './fake-vault.js';

/** What `key` encrypts `text` to, as the fake engine has it. */
export function sealed(key: string, text: string | Uint8Array): string {
  return `vault:v1:${Buffer.from(`${key}:${Buffer.from(text).toString('base64')}`).toString('base64')}`;
}

/** A transit engine at `transit` with these keys, as Vault's own answers batches. */
export function transitOf(keys: readonly string[]): (asked: Pick<VaultAsked, 'path' | 'body'>) => VaultSays {
  return ({ path, body }) => {
    const key = /^transit\/decrypt\/(.+)$/.exec(path)?.[1];
    if (key === undefined) return { status: 404, body: { errors: [] } };
    if (!keys.includes(key)) return { status: 400, body: { errors: ['encryption key not found'] } };
    const { batch_input: batch, partial_failure_response_code: partial = 400 } = body as Batch;
    const results = batch.map(({ ciphertext }) => opened(key, ciphertext));
    const failed = results.filter((result) => 'error' in result).length;
    const status = failed === 0 ? 200 : failed === results.length ? 400 : partial;
    return { status, body: { data: { batch_results: results } } };
  };
}

interface Batch {
  readonly batch_input: readonly { readonly ciphertext: string }[];
  readonly partial_failure_response_code?: number;
}

function opened(key: string, ciphertext: string): object {
  const [, text = ''] = /^vault:v\d+:(.*)$/.exec(ciphertext) ?? [];
  const [name, plaintext] = Buffer.from(text, 'base64').toString().split(':');
  if (name === key && plaintext !== undefined) return { plaintext, reference: '' };
  return { plaintext: '', error: 'cipher: message authentication failed', reference: '' };
}
