import { Buffer } from 'node:buffer';
import type { CallerToken } from '../core/caller-token.js';
import { memberOf, type VaultAnswer } from './client.js';

/** Posts a batch to the key. Never throws. */
export type Decrypt = (
  key: string,
  body: Readonly<Record<string, unknown>>,
  caller: CallerToken | null,
  signal: AbortSignal,
) => Promise<VaultAnswer>;

export interface SealedText {
  /** Whose: batches are of one caller. */
  readonly place: string;
  readonly key: string;
  readonly ciphertext: string;
  readonly caller: CallerToken | null;
}

export type OpenedText =
  | { readonly kind: 'text'; readonly text: string }
  | Extract<VaultAnswer, { readonly kind: 'refused' | 'unusable' | 'unavailable' }>;

/** What is asked for at the same time goes to Vault together: one batch for each key. */
export interface TransitBatches {
  /** Never throws. */
  open(sealed: SealedText): Promise<OpenedText>;
  /** What is under way ends as `unavailable`. Idempotent. */
  close(): void;
}

interface Waiting extends SealedText {
  readonly settle: (opened: OpenedText) => void;
}

/** Of one batch. */
const mostTexts = 100;
const mostLength = 512 * 1024;

export function createTransitBatches(decrypt: Decrypt, onAnswer: (answer: VaultAnswer) => void): TransitBatches {
  const closing = new AbortController();
  let waiting: Waiting[] = [];

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    const body = {
      batch_input: batch.map(({ ciphertext }) => ({ ciphertext })),
      // Else one that cannot be decrypted would be the end of all.
      partial_failure_response_code: 200,
    };
    const answer = await decrypt(first.key, body, first.caller, closing.signal);
    if (!closing.signal.aborted) onAnswer(answer);
    const opened = openedIn(answer, batch.length);
    for (const [i, one] of batch.entries()) one.settle(opened[i] ?? notOpened);
  };
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (const batch of batchesOf(all)) void send(batch);
  };

  return {
    open: (sealed) =>
      new Promise((settle) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ ...sealed, settle });
      }),
    close() {
      closing.abort(new Error('closed'));
    },
  };
}

function batchesOf(all: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const batches: Waiting[][] = [];
  const newest = new Map<string, { readonly batch: Waiting[]; length: number }>();
  for (const one of all) {
    const name = `${one.place}\n${one.key}`;
    const { length } = one.ciphertext;
    const open = newest.get(name);
    if (open !== undefined && open.batch.length < mostTexts && open.length + length <= mostLength) {
      open.batch.push(one);
      open.length += length;
      continue;
    }
    const batch = [one];
    batches.push(batch);
    newest.set(name, { batch, length });
  }
  return batches;
}

const notOpened: OpenedText = { kind: 'unusable', reason: 'Vault cannot decrypt it with this key' };
const noEngine: OpenedText = { kind: 'unusable', reason: 'there is no transit engine' };
const otherForm: OpenedText = { kind: 'unusable', reason: 'it is no answer of a transit engine' };

function openedIn(answer: VaultAnswer, count: number): readonly OpenedText[] {
  if (answer.kind !== 'ok') return Array.from({ length: count }, () => failureOf(answer));
  const results = memberOf(memberOf(answer.body, 'data'), 'batch_results');
  if (!Array.isArray(results) || results.length !== count) return Array.from({ length: count }, () => otherForm);
  return results.map((result) => {
    const plaintext = memberOf(result, 'plaintext');
    const isRefused = (memberOf(result, 'error') ?? '') !== '';
    return isRefused || typeof plaintext !== 'string' ? notOpened : textOf(plaintext);
  });
}

/** 400: none of them can be decrypted, or there is no such key. */
function failureOf(answer: Exclude<VaultAnswer, { kind: 'ok' }>): OpenedText {
  if (answer.kind === 'missing') return noEngine;
  return answer.kind === 'refused' && answer.status === 400 ? notOpened : answer;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(plaintext: string): OpenedText {
  try {
    return { kind: 'text', text: utf8.decode(Buffer.from(plaintext, 'base64')) };
  } catch {
    return { kind: 'unusable', reason: 'what it decrypts to is no text' };
  }
}
