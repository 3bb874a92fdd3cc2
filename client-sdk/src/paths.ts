/** The types of dotted keys: `ConfigPath<T>` lists them, `PathValue<T, P>` says what stands there. */

type Segment<T> = keyof T & (string | number);

/** A value that keys do not lead into: a scalar, a function, or an object that prints itself (Date, URL, Temporal). */
type Leaf =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | ((...parameters: never[]) => unknown)
  | { toJSON(...parameters: never[]): unknown }
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | RegExp;

type Present<T> = Exclude<T, undefined>;
type Container<T> = Exclude<T, undefined | null>;
type Level = readonly 0[];

/**
 * Every key that `config.get` takes for a configuration of type `T`: `orders`, `orders.max-items`, `servers[0].port`.
 * The first five levels are listed (editors complete them); below, any key is taken.
 */
export type ConfigPath<T> = PathOf<T, []>;

type PathOf<T, L extends Level> = unknown extends T
  ? string
  : T extends Leaf
    ? never
    : L['length'] extends 5
      ? string
      : T extends readonly (infer E)[]
        ? ElementPath<E, L>
        : { [K in Segment<T>]-?: `${K}` | Below<K, PathOf<Container<T[K]>, [...L, 0]>> }[Segment<T>];

type ElementPath<E, L extends Level> = `[${number}]` | Below<`[${number}]`, PathOf<Container<E>, [...L, 0]>>;

// Not constrained to strings: the compiler would expand the recursion to prove it.
type Below<K extends string | number, P> = P extends `[${string}` ? `${K}${P}` : P extends string ? `${K}.${P}` : never;

/** The type of the value at key `P`; what may be undefined is not part of it, because `get` throws where nothing is. */
export type PathValue<T, P extends string> = [Lookup<T, P>] extends [never] ? unknown : Present<Lookup<T, P>>;

type Lookup<T, P extends string> = unknown extends T
  ? unknown
  : T extends Leaf
    ? never
    : T extends readonly (infer E)[]
      ? P extends `[${string}]${infer R}`
        ? Rest<E, R>
        : never
      : string extends keyof T
        ? LookupAny<T[keyof T], P>
        : { [K in Segment<T>]-?: P extends `${K}${infer R}` ? Rest<T[K], R> : never }[Segment<T>];

type LookupAny<V, P extends string> = P extends `${string}.${infer R}`
  ? Lookup<Container<V>, R>
  : P extends `${string}[${infer R}`
    ? Lookup<Container<V>, `[${R}`>
    : V;

type Rest<V, R extends string> = R extends ''
  ? V
  : R extends `.${infer Q}`
    ? Lookup<Container<V>, Q>
    : R extends `[${string}`
      ? Lookup<Container<V>, R>
      : never;
