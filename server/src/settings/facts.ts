import { z } from 'zod';

/** What is told of one setting beside its type: messages, docs/settings.md and conversion read it. */
export interface SettingFacts {
  readonly kind: 'value' | 'list' | 'map';
  readonly description: string;
  /** What would be taken; follows "takes". */
  readonly taken: string;
  /** The default as a user would write it; `required` or `none` where there is none. */
  readonly fallback: string;
  /** The reference server's names for it. */
  readonly reference?: readonly string[];
  /** Never echoed. */
  readonly secret?: boolean;
  /** With the discriminator of a list's variants: which one it names. */
  readonly variant?: string;
  /** From the text of an environment variable, an argument or a `.properties` file; undefined: not such a text. */
  readonly fromText: (text: string) => unknown;
}

export type SettingType<T> = z.ZodType<T>;

/** What each kind of field is told. */
export interface Told {
  readonly description: string;
  readonly reference?: readonly string[];
  readonly secret?: boolean;
}

const registry = z.registry<SettingFacts>();

/** The facts of `type` where it is a setting, not a section. */
export function settingFacts(type: z.ZodType): SettingFacts | undefined {
  return registry.get(type);
}

/** `type` as a setting of these facts. */
export function setting<T>(type: z.ZodType<T>, facts: SettingFacts): SettingType<T> {
  registry.add(type, facts);
  return type;
}
