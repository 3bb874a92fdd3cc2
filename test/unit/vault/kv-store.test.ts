import { expect } from 'chai';
import { readJson } from '#server/core/read-json.js';
import { createKvStore } from '#server/vault/kv-store.js';
import type { SecretStore } from '#server/vault/secret-store.js';
import { createSecrets } from '#server/vault/secrets.js';
import { createManualClock } from '../../support/manual-clock.js';
import { noAbort } from '../../support/queries.js';

const asker = { caller: null, application: 'orders', profile: 'prod', instance: null };

function stage(): { readonly store: SecretStore; readonly asked: readonly string[] } {
  const asked: string[] = [];
  const secrets = createSecrets({
    read: (path) => {
      asked.push(path);
      return Promise.resolve({ kind: 'ok', body: readJson('{"data":{"data":{},"a":1}}') as Map<string, never> });
    },
    timeToLiveMs: 60_000,
    staleLimitMs: 0,
    cacheBytes: 100_000,
    clock: createManualClock(),
  });
  const store = createKvStore({
    secrets,
    mounts: [
      { path: 'one', version: 1 },
      { path: 'two', version: 2 },
      { path: 'two/deep', version: 1 },
    ],
  });
  return { store, asked };
}

describe('the store of KV engines', () => {
  it('holds what stands below a mount', () => {
    const { store } = stage();
    const paths = ['one/a', 'two/a/b', 'one', 'one-more/a', 'three/a'];
    expect(paths.map((path) => store.holds(path))).to.deep.equal([true, true, false, false, false]);
  });

  it('reads by the version of the longest mount', async () => {
    const { store, asked } = stage();
    for (const path of ['one/a/b', 'two/a b', 'two/deep/c']) await store.get({ path, pin: null }, asker, noAbort());
    await store.get({ path: 'two/a', pin: 7 }, asker, noAbort());
    expect(asked).to.deep.equal(['one/a/b', 'two/data/a%20b', 'two/deep/c', 'two/data/a?version=7']);
  });

  it('gives what it has read, and moves its revision', async () => {
    const { store } = stage();
    const at = { path: 'one/a', pin: null };
    expect(store.peek(at, asker)).to.equal(undefined);
    const before = store.revision;
    await store.get(at, asker, noAbort());
    expect(store.peek(at, asker)?.values?.get('a')).to.equal(1n);
    expect(store.revision).not.to.equal(before);
  });

  it('does not ask for what leads elsewhere, or for a version of what has none', async () => {
    const { store, asked } = stage();
    const addresses = [
      { path: 'one/../sys', pin: null },
      { path: 'one/a?b', pin: null },
      { path: 'one/a', pin: 1 },
      { path: 'other/a', pin: null },
    ];
    for (const at of addresses) {
      expect(await store.get(at, asker, noAbort())).to.deep.equal({ kind: 'refused', status: 400 });
      expect(store.peek(at, asker)).to.equal(undefined);
    }
    expect(asked).to.deep.equal([]);
  });
});
