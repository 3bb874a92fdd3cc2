/** One configuration, whole and immutable, and the steps from property sources to it. */
import type { ConfigOrigin } from '../config.js';
import { ConfigClientError } from '../errors.js';
import type { BigintPolicy } from '../options/load-options.js';
import type { ClientSettings } from '../options/settings.js';
import type { Platform } from '../platform/platform.js';
import type { StandardSchemaV1 } from '../standard-schema.js';
import { mergeSources, resolvePlaceholders, unflatten, ValuesError } from '../values/index.js';
import type { FlatProperties, Scalar } from '../values/index.js';
import type { WireSource } from '../wire/environment.js';
import { frozenCopy } from './freeze.js';
import { describeIssues, readIssues } from './issues.js';
import { plainTree } from './plain.js';

export interface Snapshot {
  readonly origin: ConfigOrigin;
  readonly version: string | null;
  readonly digest: string | null;
  readonly sources: readonly WireSource[];
  /** Merged, placeholders resolved. */
  readonly flat: FlatProperties;
  /** What `current` is: frozen, and what the schema made of it. */
  readonly tree: unknown;
}

export interface TreeOptions {
  readonly bigint: BigintPolicy;
  readonly schema: StandardSchemaV1 | undefined;
}

/** All sources as one set of properties, placeholders as written. */
export function mergeProperties(sources: readonly WireSource[]): Map<string, Scalar> {
  const merged = mergeSources(sources.map(({ properties }) => properties));
  return new Map(Array.from(merged, ([key, { value }]) => [key, value]));
}

/** `merged` with its placeholders resolved. @throws CONFIG_PLACEHOLDER_CYCLE, CONFIG_TOO_LARGE. */
export function resolveProperties(merged: FlatProperties, { environment }: ResolveOptions): FlatProperties {
  return withOurErrors(() => resolvePlaceholders(merged, (key) => merged.get(key) ?? environment(key)));
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
export async function buildTree(flat: FlatProperties, { bigint, schema }: TreeOptions): Promise<unknown> {
  const plain = plainTree(
    withOurErrors(() => unflatten(flat)),
    bigint,
  );
  return frozenCopy(schema === undefined ? plain : await validate(schema, plain));
}

async function validate(schema: StandardSchemaV1, input: unknown): Promise<unknown> {
  const result = await askSchema(schema, input);
  if (result.issues === undefined) return result.value;
  const issues = readIssues(result.issues, input);
  throw new ConfigClientError('CONFIG_SCHEMA_INVALID', `The schema does not take it: ${describeIssues(issues)}.`, {
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
