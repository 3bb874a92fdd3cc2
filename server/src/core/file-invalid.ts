import { invalidFile } from './documents/source.js';
import type { Property } from './environment.js';
import type { ConfigServerError } from './errors.js';

/** CONFIG_FILE_INVALID for a property that stands in `file`; its origin, where it is `LINE:COLUMN`, becomes the position. */
export function fileInvalid(file: string, problem: string, property?: Property): ConfigServerError {
  const [, line, column] = /^(\d+):(\d+)$/.exec(property?.origin ?? '') ?? [];
  if (line === undefined) return invalidFile(file, problem);
  return invalidFile(file, problem, { line: Number(line), column: Number(column) });
}
