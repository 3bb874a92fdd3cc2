/** Collects what a test opens; `run` closes it in reverse order. */
export interface Cleanups {
  add<T extends { close(): Promise<void> } | { remove(): Promise<void> }>(opened: T): T;
  run(): Promise<void>;
}

export function createCleanups(): Cleanups {
  const opened: (() => Promise<void>)[] = [];
  return {
    add(one) {
      opened.push(() => ('close' in one ? one.close() : one.remove()));
      return one;
    },
    async run() {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
}
