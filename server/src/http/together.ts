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
  let group = createGroup<T>();
  const begin = (promise: Promise<void>): void => {
    const own = createGroup<T>();
    [current, group] = [promise, own];
    const settle = (tell: (one: T) => void): void => {
      if (current === promise) current = undefined;
      for (const one of own.leave()) tell(one);
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
      group.join(one);
    },
  };
}

interface Group<T> {
  join(one: T): void;
  /** Whoever still has the group, has none of them any more: answers that were given would be carried through collections. */
  leave(): readonly T[];
}

function createGroup<T>(): Group<T> {
  let ones: T[] = [];
  return {
    join(one) {
      ones.push(one);
    },
    leave() {
      const all = ones;
      ones = [];
      return all;
    },
  };
}
