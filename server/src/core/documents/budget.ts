import { tooDeep, type DocumentLimits } from './limits.js';

/** What a file has cost so far: aliases and long keys make more of a file than its bytes. `at` is where an error points. */
export interface Budget {
  /** Counts one value or item, and the characters of its flattened key and its text. */
  spend(characters: number, at: number): void;
  /** Counts one expansion of an alias. */
  expand(at: number): void;
  /** Checks how deep a list or map lies. */
  enter(depth: number, at: number): void;
}

/** A budget for one file; `refuse` makes the error for what is past it. */
export function createBudget(limits: DocumentLimits, refuse: (at: number, what: string) => Error): Budget {
  let nodes = 0;
  let characters = 0;
  let aliases = 0;
  return {
    spend: (more, at) => {
      nodes += 1;
      characters += more;
      if (nodes > limits.nodes) throw refuse(at, `it comes to more than ${limits.nodes} values`);
      if (characters <= limits.characters) return;
      throw refuse(at, `it comes to more than ${limits.characters} characters of keys and values`);
    },
    expand: (at) => {
      aliases += 1;
      if (aliases > limits.aliases) throw refuse(at, `its aliases are expanded more than ${limits.aliases} times`);
    },
    enter: (depth, at) => {
      if (depth > limits.depth) throw refuse(at, tooDeep(limits.depth));
    },
  };
}
