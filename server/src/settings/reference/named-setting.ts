/** How the text of one reference property becomes the text of one setting; undefined: leave the default. */
export type Convert = (text: string) => string | undefined;

export interface NamedSetting {
  /** The reference's own spelling. */
  readonly name: string;
  /** The path of the setting. */
  readonly to: string;
  /** Where a text in PEM goes instead. */
  readonly pemTo?: string;
  readonly convert?: Convert;
  /** What `convert` takes, where a text it throws on was given. */
  readonly taken?: string;
  /** Of a source's property: `to` is not below the source. */
  readonly isGlobal?: boolean;
}
