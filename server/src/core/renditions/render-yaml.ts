import type { Tree } from 'cairn-config-client/values';
import type { Environment } from '../environment.js';
import type { RenditionOptions } from './merged-properties.js';
import { nestProperties } from './nested-tree.js';
import { writeYaml, writeYamlText } from './yaml/write-yaml.js';

export interface YamlRenditionOptions extends RenditionOptions {
  /** Whether an environment with the one top-level key `document` is written as that key's bare value. */
  readonly stripDocument: boolean;
}

/** The environment as YAML text. Throws `CONFIG_KEYS_NOT_NESTABLE`, `CONFIG_PLACEHOLDER_CYCLE`, `CONFIG_TOO_LARGE`. */
export function renderYaml(environment: Environment, options: YamlRenditionOptions): string {
  // The reference replaces placeholders over the finished text, where nothing is left for a parser but null.
  const tree = nestProperties(environment, { ...options, emptied: null });
  const document = options.stripDocument && tree.size === 1 ? tree.get('document') : undefined;
  return document === undefined ? writeYaml(tree) : writeDocument(document);
}

/** The reference server writes a bare scalar as text, whatever its type was. */
function writeDocument(document: Tree): string {
  return document instanceof Map || Array.isArray(document) ? writeYaml(document) : writeYamlText(document);
}
