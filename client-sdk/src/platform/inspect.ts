const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Says what `console.log` and `util.inspect` of Node print of objects with this prototype. */
export function printAs<T extends object>(prototype: T, print: (object: T) => unknown): void {
  const value = function (this: T): unknown {
    return print(this);
  };
  Object.defineProperty(prototype, inspect, { value });
}
