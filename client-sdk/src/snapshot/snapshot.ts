/** One configuration, whole and immutable, and the steps from property sources to it. */
import type { ConfigOrigin } from '../config.js';
import { ConfigClientError, type SchemaIssue } from '../errors.js';
import type { ClientSettings } from '../options/settings.js';
import type { Platform } from '../platform/platform.js';
import type { StandardSchemaV1 } from '../standard-schema.js';
import { mergeSources, resolvePlaceholders, unflatten, ValuesError } from '../values/index.js';
import type { MarkedProperties, MarkedScalar } from '../values/index.js';
import type { WireProperty, WireSource } from '../wire/environment.js';
import { frozenCopy } from './freeze.js';
import { describeIssues, readIssues, type SchemaInput } from './issues.js';
import { lookUp } from './lookup.js';
import { plainTree } from './plain.js';
import { present, type Presentation } from './present.js';

export interface Snapshot {
  readonly origin: ConfigOrigin;
  readonly version: string | null;
  readonly digest: string | null;
  readonly sources: readonly WireSource[];
  /** Merged, placeholders resolved; what has become of a secret is marked as one. */
  readonly flat: MarkedProperties;
  /** What `current` is: frozen, and what the schema made of it. */
  readonly tree: unknown;
}

export interface TreeOptions extends Presentation {
  readonly schema: StandardSchemaV1 | undefined;
}

/** All sources as one set of properties, placeholders as written. */
export function mergeProperties(sources: readonly WireSource[]): Map<string, WireProperty> {
  return mergeSources(sources.map(({ properties }) => properties));
}

/** `merged` with its placeholders resolved. @throws CONFIG_PLACEHOLDER_CYCLE, CONFIG_TOO_LARGE. */
export function resolveProperties(merged: MarkedProperties, { environment }: ResolveOptions): MarkedProperties {
  const lookup = (key: string): MarkedScalar => {
    const property = merged.get(key) ?? { value: null };
    return property.value === null ? { value: environment(key) ?? null } : property;
  };
  return withOurErrors(() => resolvePlaceholders(merged, lookup));
}

export interface ResolveOptions {
  /** Looked up where the configuration has no such key. */
  readonly environment: (name: string) => string | undefined;
}

/** What placeholders find outside the configuration. */
export function resolveOptions(settings: ClientSettings, platform: Platform): ResolveOptions {
  return { environment: settings.environmentPlaceholders ? platform.environment : () => undefined };
}

/** The tree of `flat`, validated and frozen. @throws CONFIG_KEYS_NOT_NESTABLE, CONFIG_SCHEMA_INVALID. */
export async function buildTree(flat: MarkedProperties, options: TreeOptions): Promise<unknown> {
  const { schema, bigint } = options;
  if (schema === undefined) return frozenCopy(nest(flat, options));
  const input = { tree: nest(flat, { bigint, secrets: 'plain' }), flat };
  const output = await validate(schema, input);
  if (options.secrets === 'wrap') refusePlainSecrets(output, flat);
  return frozenCopy(output);
}

function nest(flat: MarkedProperties, presentation: Presentation): unknown {
  const leaves = new Map<string, unknown>();
  for (const [key, property] of flat) leaves.set(key, present(property, presentation));
  return plainTree(withOurErrors(() => unflatten(leaves)));
}

async function validate(schema: StandardSchemaV1, input: SchemaInput): Promise<unknown> {
  const result = await askSchema(schema, input.tree);
  if (result.issues === undefined) return result.value;
  throw schemaError(readIssues(result.issues, input));
}

/** A schema promises types, so it has to say itself what is a `Secret`: wrapped behind its back, a text would be none. */
function refusePlainSecrets(output: unknown, flat: MarkedProperties): void {
  const plain = Array.from(flat).filter(([key, { secret }]) => secret === true && isPlain(lookUp(output, key)));
  if (plain.length === 0) return;
  const message = `it is a secret, and the schema leaves it in plain: make it one (asSecret), or load with secrets: 'plain'`;
  throw schemaError(plain.map(([path]) => ({ path, message })));
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function schemaError(issues: readonly SchemaIssue[]): ConfigClientError {
  return new ConfigClientError('CONFIG_SCHEMA_INVALID', `The schema does not take it: ${describeIssues(issues)}.`, {
    issues,
  });
}

async function askSchema(schema: StandardSchemaV1, input: unknown): ReturnType<Validate> {
  try {
    return await schema['~standard'].validate(input);
  } catch (error) {
    throw new ConfigClientError('CONFIG_SCHEMA_INVALID', 'The schema threw instead of naming issues.', {
      cause: error,
    });
  }
}

type Validate = (value: unknown) => Promise<Awaited<ReturnType<StandardSchemaV1['~standard']['validate']>>>;

function withOurErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ValuesError) throw new ConfigClientError(error.code, error.message, { cause: error });
    throw error;
  }
}
