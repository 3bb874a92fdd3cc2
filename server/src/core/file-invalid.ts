import type { Property } from './environment.js';
import { ConfigServerError } from './errors.js';
import type { FilePosition } from './errors.js';

/** CONFIG_FILE_INVALID for a property that stands in `file`; its origin, where it is `LINE:COLUMN`, becomes the position. */
export function fileInvalid(file: string, message: string, property?: Property): ConfigServerError {
  const position = positionOf(file, property?.origin);
  return new ConfigServerError('CONFIG_FILE_INVALID', `${describe(position)}: ${message}.`, { position });
}

function positionOf(file: string, origin: string | undefined): FilePosition {
  const match = /^(\d+):(\d+)$/.exec(origin ?? '');
  return match === null ? { file } : { file, line: Number(match[1]), column: Number(match[2]) };
}

function describe({ file, line, column }: FilePosition): string {
  return line === undefined ? file : `${file}, line ${line}, column ${column ?? 1}`;
}
