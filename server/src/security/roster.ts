import { isDeepStrictEqual } from 'node:util';
import type { Principal } from './principal.js';

export interface Member<T> {
  readonly entry: T;
  /** One object for as long as the entry stays as it is. */
  readonly principal: Principal;
}

export interface RosterChange<T> {
  readonly added: readonly T[];
  readonly changed: readonly T[];
  readonly removed: readonly T[];
  /** Those of entries that were changed or removed, as they were. */
  readonly withdrawn: readonly Principal[];
}

/** Who is known by entries of a kind. */
export interface Roster<T> {
  /** Replaced as a whole: who looks for several things keeps to one. */
  readonly members: ReadonlyMap<string, Member<T>>;
  /** At once; principals of entries that stay as they are stay, too. */
  replace(entries: readonly T[]): RosterChange<T>;
}

export interface RosterOptions<T> {
  readonly entries: readonly T[];
  /** No two entries have the same. */
  readonly keyOf: (entry: T) => string;
  readonly principalOf: (entry: T) => Principal;
}

export function createRoster<T>({ entries: first, keyOf, principalOf }: RosterOptions<T>): Roster<T> {
  const membersOf = (entries: readonly T[], known: ReadonlyMap<string, Member<T>>): ReadonlyMap<string, Member<T>> =>
    new Map(
      entries.map((entry) => {
        const before = known.get(keyOf(entry));
        const stays = before !== undefined && isDeepStrictEqual(before.entry, entry);
        return [keyOf(entry), stays ? before : { entry, principal: principalOf(entry) }];
      }),
    );
  let members = membersOf(first, new Map());
  return {
    get members() {
      return members;
    },
    replace(entries) {
      const before = members;
      members = membersOf(entries, before);
      return changeOf(before, members);
    },
  };
}

function changeOf<T>(before: ReadonlyMap<string, Member<T>>, after: ReadonlyMap<string, Member<T>>): RosterChange<T> {
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, member]) => member);
  const moved = [...before].filter(([key, member]) => after.has(key) && after.get(key) !== member);
  return {
    added: [...after].filter(([key]) => !before.has(key)).map(([, { entry }]) => entry),
    changed: moved.flatMap(([key]) => after.get(key)?.entry ?? []),
    removed: gone.map(({ entry }) => entry),
    withdrawn: [...gone, ...moved.map(([, member]) => member)].map(({ principal }) => principal),
  };
}
