/**
 * Runs `work` one at a time. A caller that comes while it runs gets the run after it, shared with others who wait: what has
 * begun may have looked before the change the caller knows of.
 */
export function createCheckFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    next = undefined;
    const run = work().finally(() => {
      if (running === run) running = undefined;
    });
    running = run;
    return run;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
