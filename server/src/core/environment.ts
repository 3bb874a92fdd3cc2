import type { Scalar } from 'cairn-config-client/values';

/** One property as it stands in its file. */
export interface Property {
  readonly value: Scalar;
  /** `LINE:COLUMN`, both from 1, of the value; or a text such as `Config server overrides`. */
  readonly origin?: string;
  /** Decrypted, or from a secret store: shown as `***` wherever it is not asked for by name. */
  readonly secret?: true;
}

/** An ordered set of properties from one document of one file (or from the overrides). */
export interface PropertySource {
  /** `<uri>/<path>`, with ` (document #n)` where the file has several. */
  readonly name: string;
  readonly properties: ReadonlyMap<string, Property>;
}

/** The answer to a query: property sources, highest precedence first. Immutable. */
export interface Environment {
  readonly name: string;
  readonly profiles: readonly string[];
  readonly label: string | null;
  readonly version: string | null;
  readonly state: string | null;
  readonly propertySources: readonly PropertySource[];
}
