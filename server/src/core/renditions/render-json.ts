import type { Environment } from '../environment.js';
import { writeJson } from '../json.js';
import type { RenditionOptions } from './merged-properties.js';
import { nestProperties } from './nested-tree.js';

/** The environment as nested JSON, compact. Throws `CONFIG_KEYS_NOT_NESTABLE`, `CONFIG_PLACEHOLDER_CYCLE`, `CONFIG_TOO_LARGE`. */
export function renderJson(environment: Environment, options: RenditionOptions): string {
  return writeJson(nestProperties(environment, { ...options, emptied: '' }));
}
