import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import type { VaultAsked, VaultSays } from '../../support/fake-vault.js';
import { allowAll, startReferringServer, type ReferringServerOptions } from '../../support/referring-server.js';

/** Each token has its own secret, and `bad` may read nothing. */
const says = ({ path, token }: VaultAsked): VaultSays => {
  if (token === undefined || token === 'bad') return { status: 403 };
  return path === 'secret/db' ? { body: { data: { mine: `of ${token}`, shared: 'same' } } } : { status: 404 };
};
const files = {
  'orders.yml': 'mine: ${vault:db#mine}',
  'shared.yml': 'shared: ${vault:db#shared}',
  'plain.yml': 'a: 1',
  'app.conf': '${vault:db#shared}',
};

describe('references that are read with the token of who asks, in a server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (options: Partial<ReferringServerOptions> = {}) =>
    startReferringServer(cleanups, { files, says, vault: 'auth: { method: caller }', ...options });
  const as = (token: string) => ({ 'X-Config-Token': token });

  it('give each the secrets of its own token, from the cache too, and nobody else any', async () => {
    const { get, vault, log } = await start();
    for (let i = 0; i < 3; i += 1) {
      const texts = await Promise.all(
        ['ann', 'bob'].map(async (token) => (await get('/orders/default', as(token))).text),
      );
      expect(texts[0]).to.contain('"mine":"of ann"').and.not.contain('bob');
      expect(texts[1]).to.contain('"mine":"of bob"').and.not.contain('ann');
      const { status, json } = await get('/orders/default');
      expect([status, json()['code']]).to.deep.equal([400, 'CONFIG_TOKEN_MISSING']);
    }
    expect(vault.asked.map(({ token }) => token).sort()).to.deep.equal(['ann', 'bob']);
    expect(log()).not.to.match(/\b(ann|bob)\b/);
  });

  it('need no token where nothing is referred to', async () => {
    const { get, vault } = await start();
    for (let i = 0; i < 3; i += 1) expect((await get('/plain/default')).status).to.equal(200);
    expect(vault.asked).to.deep.equal([]);
  });

  it('have entity tags of each token’s own, that stay', async () => {
    const { get } = await start();
    for (const path of ['/shared/default', '/shared-default.yml', '/shared/default/main/app.conf']) {
      const look = async (token: string) => {
        const { headers, text } = await get(path, { ...as(token), Accept: '*/*' });
        return { text, tag: String(headers['etag']) };
      };
      const [ann, bob, again] = [await look('ann'), await look('bob'), await look('ann')];
      expect(ann.text).to.equal(bob.text);
      expect([ann.tag === bob.tag, ann.tag === again.tag]).to.deep.equal([false, true]);
      expect((await get(path, { ...as('bob'), Accept: '*/*', 'If-None-Match': ann.tag })).status).to.equal(200);
      expect((await get(path, { ...as('ann'), Accept: '*/*', 'If-None-Match': ann.tag })).status).to.equal(304);
    }
  });

  it('have the same tags on servers that share a digest key', async () => {
    const tagOn = async (key: string) => {
      const { get } = await start({ more: `serving: { digest-key: ${key} }` });
      // Without the names of property sources, which are folders of each server's own.
      const { headers, text } = await get('/plain-default.properties', as('ann'));
      expect(text).to.equal('a: 1');
      return headers['etag'];
    };
    const key = 'a-key-of-thirty-two-characters-or-more';
    const [one, two, other] = [await tagOn(key), await tagOn(key), await tagOn(`another-${key}`)];
    expect([one === two, one === other]).to.deep.equal([true, false]);
  });

  it('become invalid keys with a token that Vault refuses, and drop what it had', async () => {
    const { get, vault } = await start({ vault: 'auth: { method: caller }\ntime-to-live: 0s' });
    expect((await get('/orders/default', as('ann'))).text).to.contain('of ann');
    vault.answer(() => ({ status: 403 }));
    expect((await get('/orders/default', as('ann'))).sources()).to.deep.equal(['{"invalid.mine":"<n/a>"}']);
    vault.answer(() => ({ status: 503 }));
    expect((await get('/orders/default', as('ann'))).status).to.equal(503);
  });

  it('are forbidden with a token that Vault refuses where that fails the request', async () => {
    const { get } = await start({ secrets: `unresolved: fail\n${allowAll}` });
    const { status, json } = await get('/orders/default', as('bad'));
    expect([status, json()['code']]).to.deep.equal([403, 'CONFIG_FORBIDDEN']);
    expect(json()['detail']).to.contain('does not let the token of the request');
  });
});
