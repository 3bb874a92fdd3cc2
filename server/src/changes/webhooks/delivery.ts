import { ConfigServerError } from '../../core/errors.js';
import { isJsonObject } from './json.js';
import type { JsonObject, ReadHeader } from './webhook.js';

/** A webhook as it came. */
export interface Delivery {
  readonly header: ReadHeader;
  readonly body: Uint8Array;
  /** `form`: `application/x-www-form-urlencoded`, with `path` once or more, or with JSON as `payload`. */
  readonly form: 'json' | 'form';
  /** Whether who sent it is known otherwise, so that no signature is looked at. Default false. */
  readonly isTrusted?: boolean;
}

/** @throws ConfigServerError CONFIG_BODY_INVALID */
export function readPayload({ body, form }: Delivery): JsonObject {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  if (text === '') throw invalid('is empty');
  return form === 'json' ? parseObject(text) : readForm(text);
}

function readForm(text: string): JsonObject {
  const fields = new URLSearchParams(text);
  const path = fields.getAll('path');
  if (path.length > 0) return { path };
  const payload = fields.get('payload');
  if (payload === null) throw invalid('has neither `path` nor `payload`');
  return parseObject(payload);
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid('is not JSON', cause);
  }
  if (!isJsonObject(value)) throw invalid('is not a JSON object');
  return value;
}

function invalid(problem: string, cause?: unknown): ConfigServerError {
  return new ConfigServerError(
    'CONFIG_BODY_INVALID',
    `The body ${problem}. Taken are the JSON of a git host's webhook, {"path": "orders.yml"}, or the form path=orders.yml.`,
    { cause },
  );
}
