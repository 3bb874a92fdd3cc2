import type { Presented } from './presented.js';

/** The one line of `Authorization`; undefined where there is none, or more than one. */
export function soleAuthorization(presented: Presented): string | undefined {
  const lines = presented.header('authorization');
  return lines.length === 1 ? lines[0] : undefined;
}

/**
 * The id of the credential that a connection brought last, for as long as it brings the same line again: a client sends one line
 * with every request, and its id takes longer to make than most answers. Whether it is still good is not known here.
 */
export interface LastLines {
  idOf(presented: Presented, line: string | undefined): string | undefined;
  keep(presented: Presented, line: string | undefined, id: string): void;
}

export function createLastLines(): LastLines {
  const last = new WeakMap<object, { readonly line: string; readonly id: string }>();
  return {
    idOf({ connection }, line) {
      const known = connection === undefined ? undefined : last.get(connection);
      return known !== undefined && known.line === line ? known.id : undefined;
    },
    keep({ connection }, line, id) {
      if (connection !== undefined && line !== undefined) last.set(connection, { line, id });
    },
  };
}
