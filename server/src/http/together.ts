/**
 * Those who wait for one promise, told one after the other when it is settled. A reaction of its own for each costs as much as
 * a part of its answer.
 */
export interface Together<T> {
  wait(promise: Promise<void>, one: T): void;
}

/** `onDone` or `onFailed` is called for each; neither may throw. */
export function createTogether<T>(onDone: (one: T) => void, onFailed: (one: T) => void): Together<T> {
  let current: Promise<void> | undefined;
  let waiting: T[] = [];
  const begin = (promise: Promise<void>): void => {
    const own: T[] = [];
    [current, waiting] = [promise, own];
    const settle = (tell: (one: T) => void): void => {
      if (current === promise) current = undefined;
      // Nothing that still has the list is to hold them any more.
      for (const one of own.splice(0)) tell(one);
    };
    void promise.then(
      () => {
        settle(onDone);
      },
      () => {
        settle(onFailed);
      },
    );
  };
  return {
    wait(promise, one) {
      if (promise !== current) begin(promise);
      waiting.push(one);
    },
  };
}
