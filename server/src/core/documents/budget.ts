import { tooDeep } from './limits.js';
import type { AliasNode } from './nodes.js';
import { invalidAt, type Source } from './source.js';

/** What a file has cost so far. Aliases and long keys make more of a file than its bytes. */
export interface Budget {
  /** Counts one value or item, and the characters of its flattened key and its text. */
  spend(characters: number, offset: number): void;
  /** Counts one expansion of an alias. */
  expand(alias: AliasNode): void;
  /** Checks how deep a node lies. */
  enter(depth: number, offset: number): void;
}

/** A budget by the limits of `source`, for one file. */
export function createBudget(source: Source): Budget {
  const { limits } = source;
  let nodes = 0;
  let characters = 0;
  let aliases = 0;
  const refuse = (offset: number, what: string): never => {
    throw invalidAt(source, offset, what);
  };
  return {
    spend: (more, offset) => {
      nodes += 1;
      characters += more;
      if (nodes > limits.nodes) refuse(offset, `it comes to more than ${limits.nodes} values`);
      if (characters > limits.characters)
        refuse(offset, `it comes to more than ${limits.characters} characters of keys and values`);
    },
    expand: ({ start }) => {
      aliases += 1;
      if (aliases > limits.aliases) refuse(start, `its aliases are expanded more than ${limits.aliases} times`);
    },
    enter: (depth, offset) => {
      if (depth > limits.depth) refuse(offset, tooDeep(limits.depth));
    },
  };
}
