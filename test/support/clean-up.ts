/** What a test has started, to be ended in reverse order, however far its start came. */
export interface CleanUp {
  add(end: () => Promise<unknown>): void;
  run(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const ends: (() => Promise<unknown>)[] = [];
  return {
    add: (end) => {
      ends.push(end);
    },
    run: async () => {
      for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
    },
  };
}
