import type { Presented } from './presented.js';

/** The one line of `Authorization`; undefined where there is none, or more than one. */
export function soleAuthorization(presented: Presented): string | undefined {
  const lines = presented.header('authorization');
  return lines.length === 1 ? lines[0] : undefined;
}

/**
 * What a connection's last line was recognized as, for as long as it brings the same line again: a client sends one line with every
 * request, and to find it anew takes longer than most of an answer. Whether it is still good is not known here.
 */
export interface LastLines<T> {
  find(presented: Presented, line: string | undefined): T | undefined;
  keep(presented: Presented, line: string | undefined, recognized: T): void;
}

/** Kept with the connection: an entry of a WeakMap costs as much as what it spares. */
const lastLine: unique symbol = Symbol('lastLine');

interface WithLastLine {
  [lastLine]?: { readonly owner: object; readonly line: string; readonly recognized: unknown } | undefined;
}

/**
 * Makes room for the line on a new connection. Left to the first request that is recognized, connections would have their members in
 * different orders, and the engine would give up what it has compiled for one of them when the other comes.
 */
export function reserveLastLine(connection: object): void {
  (connection as WithLastLine)[lastLine] = undefined;
}

export function createLastLines<T>(): LastLines<T> {
  const owner = {};
  return {
    find({ connection }: { readonly connection?: WithLastLine }, line) {
      const last = connection?.[lastLine];
      return last !== undefined && last.line === line && last.owner === owner ? (last.recognized as T) : undefined;
    },
    keep({ connection }: { readonly connection?: WithLastLine }, line, recognized) {
      if (connection !== undefined && line !== undefined) connection[lastLine] = { owner, line, recognized };
    },
  };
}
