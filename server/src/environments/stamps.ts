import type { Backend } from '../backends/backend.js';
import { createByteCache } from '../core/byte-cache.js';
import { askerKey, type Query } from '../core/query.js';
import type { SecretReferences } from '../secrets/references.js';
import type { Referring } from '../secrets/referring.js';
import type { UsedSecrets } from './contents.js';

export interface StampsOptions {
  readonly backend: Pick<Backend, 'stamp'>;
  readonly references: SecretReferences | null;
  readonly cacheBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What stands for an answer while neither its sources nor its secrets have moved. */
export interface Stamps {
  /**
   * Equal texts mean equal environments; undefined where nothing can be promised. A warm one costs one look at the query's
   * memo: what it refers to is looked at again only when a secret has moved or the first of them needs a look at Vault.
   */
  of(query: Query): string | undefined;
  /** The stamp of an answer that was made when the backend's was `base`; from now on `of` finds it. */
  remember(query: Query, base: string | undefined, secrets: UsedSecrets | undefined): string | undefined;
}

interface Memo {
  readonly base: string;
  readonly referring: Referring | undefined;
  /** For as long as the revision stands, before `until`. */
  stamp: string;
  revision: number;
  until: number;
}

const memoBytes = 400;

export function createStamps({ backend, references, cacheBytes, now }: StampsOptions): Stamps {
  if (references === null) return { of: (query) => backend.stamp(query), remember: (_query, base) => base };
  const memos = createByteCache<string, Memo>(cacheBytes);
  // The hot lane asks with the same object again and again, and needs no key for it.
  const near = new WeakMap<Query, Memo>();

  const memoOf = (query: Query, base: string): Memo | undefined => {
    const known = near.get(query);
    if (known?.base === base) return known;
    const memo = memos.get(askerKey(query));
    if (memo?.base !== base) return undefined;
    near.set(query, memo);
    return memo;
  };
  const fresh = (memo: Memo, referring: Referring, query: Query): string | undefined => {
    const { revision } = references;
    if (memo.revision === revision && now() < memo.until) return memo.stamp;
    const secrets = references.peek(referring, query);
    if (secrets === undefined) return undefined;
    return Object.assign(memo, { stamp: stampText(memo.base, secrets.id), revision, until: secrets.until }).stamp;
  };

  return {
    of(query) {
      const base = backend.stamp(query);
      const memo = base === undefined ? undefined : memoOf(query, base);
      if (memo === undefined) return undefined;
      return memo.referring === undefined ? memo.base : fresh(memo, memo.referring, query);
    },
    remember(query, base, secrets) {
      // Sources that moved meanwhile may be those of the answer, or not.
      if (base === undefined || backend.stamp(query) !== base) return undefined;
      const key = askerKey(query);
      const memo: Memo = { base, referring: secrets?.referring, stamp: base, revision: Number.NaN, until: 0 };
      memos.set(key, memo, memoBytes + 2 * (key.length + base.length));
      if (secrets === undefined) return base;
      return secrets.isStale ? undefined : stampText(base, secrets.id);
    },
  };
}

function stampText(base: string, secretsId: string): string {
  return `${base}\n${secretsId}`;
}
