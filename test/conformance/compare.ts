import { Buffer } from 'node:buffer';
import { compareEnvironment } from './compare-environment.js';
import { differ } from './differ.js';
import { readExactJson, type ExactJson } from './exact-json.js';
import { fillFolder, type Place } from './place.js';
import type { Exchange } from './scenario.js';
import { compareYaml } from './compare-yaml.js';

export interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly allow: string | undefined;
  readonly body: Buffer;
}

/** What is wrong with the answer, or undefined; each step may end the comparison with `same`. */
type Step = (exchange: Exchange, answer: Answer, place: Place) => string | typeof same | undefined;

const same = Symbol('nothing more counts');

// From status 400 up only the status counts; a body is compared by what was recorded of it.
const steps: readonly Step[] = [
  compareStatus,
  compareAllow,
  whereOnlyStatusCounts,
  compareContentType,
  compareHead,
  compareBinary,
  compareText,
  compareJson,
  compareEmpty,
];

/** Compares an answer with the recorded one: undefined where they are the same, else the first difference in words. */
export function compareAnswer(exchange: Exchange, answer: Answer, place: Place): string | undefined {
  for (const step of steps) {
    const result = step(exchange, answer, place);
    if (result === same) return undefined;
    if (result !== undefined) return result;
  }
  return undefined;
}

function compareStatus({ accept, response }: Exchange, { status }: Answer): string | undefined {
  const taken = accept ?? (response.status === undefined ? [400, 404] : [response.status]);
  return taken.includes(status) ? undefined : `status ${status} instead of ${taken.join(' or ')}`;
}

function compareAllow({ response }: Exchange, { status, allow }: Answer): string | undefined {
  if (status !== response.status) return undefined;
  const missing = [...methods(response.allow)].filter((method) => !methods(allow).has(method));
  return missing.length === 0 ? undefined : `Allow: ${String(allow)} lacks ${missing.join(', ')}`;
}

function methods(allow = ''): Set<string> {
  return new Set(
    allow
      .split(',')
      .map((method) => method.trim().toUpperCase())
      .filter(Boolean),
  );
}

function whereOnlyStatusCounts({ response, statusOnly }: Exchange, { status }: Answer): typeof same | undefined {
  const only = status !== response.status || status >= 400 || response.opaque === true || statusOnly === true;
  return only ? same : undefined;
}

function compareContentType(exchange: Exchange, { contentType, body }: Answer): string | undefined {
  if (body.length === 0 && !isHead(exchange)) return undefined;
  const recorded = exchange.response.contentType;
  return mediaType(contentType) === mediaType(recorded)
    ? undefined
    : `content type ${String(contentType)} instead of ${String(recorded)}`;
}

function mediaType(contentType = ''): string {
  return contentType.replace(/;.*/s, '').trim().toLowerCase();
}

function compareHead(exchange: Exchange, { body }: Answer): string | typeof same | undefined {
  if (!isHead(exchange)) return undefined;
  return body.length > 0 ? 'a body on HEAD' : same;
}

function isHead({ request }: Exchange): boolean {
  return request.method === 'HEAD';
}

function compareBinary({ response }: Exchange, { body }: Answer): string | typeof same | undefined {
  if (response.base64 === undefined) return undefined;
  return body.equals(Buffer.from(response.base64, 'base64')) ? same : 'other bytes';
}

const yamlRendition = /^(\/[^/]+){0,2}\/[^/]*-[^/]*\.ya?ml$/;

function compareText(exchange: Exchange, answer: Answer, { work }: Place): string | typeof same | undefined {
  if (exchange.response.text === undefined) return undefined;
  const recorded = exchange.response.text.replaceAll('${work}', work);
  const text = answer.body.toString();
  if (text === recorded) return same;
  const [target = ''] = exchange.request.path.split('?');
  const isYaml = yamlRendition.test(target) && mediaType(answer.contentType) === 'text/plain';
  return (isYaml ? compareYaml(recorded, text, exchange) : compareLines(recorded, text)) ?? same;
}

// A Java array prints as its type and address, which nothing can repeat.
function compareLines(recorded: string, text: string): string | undefined {
  const wanted = recorded.split('\n');
  const lines = text.split('\n');
  if (wanted.length !== lines.length) return `${lines.length} lines instead of ${wanted.length}`;
  const at = wanted.findIndex((line, index) => line !== lines[index] && !line.includes('[B@'));
  return at < 0 ? undefined : `line ${shorten(lines[at])} instead of ${shorten(wanted[at])}`;
}

function shorten(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}

function compareJson(exchange: Exchange, { body }: Answer, place: Place): string | typeof same | undefined {
  const { json } = exchange.response;
  if (json === undefined) return undefined;
  let value: ExactJson;
  try {
    value = readExactJson(body.toString());
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
  return compareValues(exchange, { recorded: fillFolder(json, place.work), value, place }) ?? same;
}

interface Values {
  readonly recorded: ExactJson;
  readonly value: ExactJson;
  readonly place: Place;
}

function compareValues(exchange: Exchange, { recorded, value, place }: Values): string | undefined {
  if (recorded instanceof Map && recorded.has('propertySources')) return compareEnvironment(recorded, value, place);
  if (exchange.unordered === true) return differ('', unordered(recorded), unordered(value));
  return differ('', recorded, value);
}

function unordered(value: ExactJson): ExactJson {
  return Array.isArray(value) ? (value as string[]).filter(Boolean).toSorted() : value;
}

function compareEmpty(_exchange: Exchange, { body }: Answer): string | undefined {
  return body.length > 0 ? 'a body where there is none' : undefined;
}
