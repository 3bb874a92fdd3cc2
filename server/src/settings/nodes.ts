import { z } from 'zod';

import { settingFacts } from './facts.js';
import type { SettingFacts } from './facts.js';
import { settingsSchema } from './schema.js';

/** The schema as a tree to walk: what is a section, a list of sections, or a setting. */
export type SettingNode = SectionNode | ListNode | LeafNode;

export interface SectionNode {
  readonly kind: 'section';
  readonly fields: ReadonlyMap<string, SettingNode>;
}

export interface ListNode {
  readonly kind: 'list';
  /** The fields of all variants together. */
  readonly element: SectionNode;
  /** By the value of `type`; empty where elements have one shape. */
  readonly variants: ReadonlyMap<string, SectionNode>;
}

export interface LeafNode {
  readonly kind: 'leaf';
  readonly facts: SettingFacts;
}

/** Every setting. */
export const settingsTree: SectionNode = sectionOf(settingsSchema);

function nodeOf(type: z.ZodType): SettingNode {
  const facts = settingFacts(type);
  if (facts !== undefined) return { kind: 'leaf', facts };
  if (type instanceof z.ZodDefault) return nodeOf(asType(type.unwrap()));
  if (type instanceof z.ZodArray) return listOf(asType(type.element));
  return sectionOf(type);
}

function listOf(element: z.ZodType): ListNode {
  if (!(element instanceof z.ZodDiscriminatedUnion)) {
    return { kind: 'list', element: sectionOf(element), variants: new Map() };
  }
  const sections = element.options.map((option) => sectionOf(asType(option)));
  const variants = new Map(sections.map((section) => [variantOf(section), section]));
  return { kind: 'list', element: { kind: 'section', fields: mergeFields(sections) }, variants };
}

function variantOf(section: SectionNode): string {
  const type = section.fields.get('type');
  return type?.kind === 'leaf' ? (type.facts.variant ?? '') : '';
}

function mergeFields(sections: readonly SectionNode[]): ReadonlyMap<string, SettingNode> {
  return new Map(sections.flatMap((section) => [...section.fields]));
}

function sectionOf(type: z.ZodType): SectionNode {
  if (!(type instanceof z.ZodObject)) throw new TypeError('a setting is not registered with its facts');
  const shape: Record<string, unknown> = type.shape;
  return {
    kind: 'section',
    fields: new Map(Object.entries(shape).map(([name, field]) => [name, nodeOf(asType(field))])),
  };
}

function asType(type: unknown): z.ZodType {
  if (type instanceof z.ZodType) return type;
  throw new TypeError('not a zod type');
}
