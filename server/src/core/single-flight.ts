/** Work that is done once for all who ask for it at the same time. */
export interface SingleFlight<T> {
  /**
   * What `work` gives, shared with those who asked for `key` meanwhile. A caller's `signal` ends its own waiting; the work
   * itself is aborted when nobody waits any more.
   */
  run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts what is under way. */
  close(): void;
}

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  const start = (key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController();
    const flight: Flight<T> = {
      controller,
      waiting: 0,
      promise: begun(() => work(controller.signal)).finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      }),
    };
    // Each waiter sees the failure; without waiters nobody has to.
    flight.promise.catch(() => undefined);
    flights.set(key, flight);
    return flight;
  };
  const leave = (key: string, flight: Flight<T>): void => {
    flight.waiting -= 1;
    if (flight.waiting > 0 || flights.get(key) !== flight) return;
    flights.delete(key);
    flight.controller.abort(new Error('nobody waits for it any more'));
  };

  return {
    run(key, signal, work) {
      if (signal.aborted) return Promise.reject(reasonOf(signal));
      const flight = flights.get(key) ?? start(key, work);
      flight.waiting += 1;
      return orAborted(flight.promise, signal).finally(() => {
        leave(key, flight);
      });
    },
    close() {
      for (const { controller } of flights.values()) controller.abort(new Error('closed'));
      flights.clear();
    },
  };
}

/** `promise`, or the rejection with the signal's reason if that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Otherwise its failure would be nobody's.
  promise.catch(() => undefined);
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => {
      reject(reasonOf(signal));
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

/** What `work` throws at once is a rejection, too. */
function begun<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
