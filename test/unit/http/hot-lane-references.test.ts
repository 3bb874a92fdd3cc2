import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import { aSource } from '../../support/fake-backend.js';
import { startHttp } from '../../support/http-fixture.js';
import { stageReferences, type ReferencesStageOptions } from '../../support/references.js';
import { secretOf } from '../../support/secret-store.js';

const has = { 'secret/db': '{"password":"pw-1"}' };

describe('the hot lane, with references', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const stage = async (options: ReferencesStageOptions = {}) => {
    const { references, store } = stageReferences({ has, ...options });
    const clock = { now: 5000 };
    const now = () => clock.now;
    const { backend, server, port } = await startHttp({
      environments: { references, now },
      http: { takesCallerTokens: options.needsCaller === true },
    });
    cleanups.add(server);
    backend.serve('v1', 'c1', [aSource('repo/orders.yml', { password: '{vault}:db#password' })]);
    const get = async (headers: Readonly<Record<string, string>> = {}, path = '/orders/prod') => {
      const before = backend.calls.resolve;
      const { status, body, headers: answered } = await ask(port, { path, headers });
      // Only the way through Koa asks the backend.
      return {
        status,
        text: body.toString(),
        isHot: backend.calls.resolve === before,
        isStale: answered['x-config-stale'] === 'true',
      };
    };
    return { get, store, clock };
  };

  it('answers from the second request on, without a look at a store', async () => {
    const { get, store } = await stage();
    const first = await get();
    const { peeks } = store;
    const [second, third] = [await get(), await get()];
    expect([first.isHot, second.isHot, third.isHot]).to.deep.equal([false, true, true]);
    expect([second.text, third.text]).to.deep.equal([first.text, first.text]);
    expect([store.peeks, store.asked.length]).to.deep.equal([peeks, 1]);
  });

  it('never answers with a secret that has moved', async () => {
    const { get, store } = await stage();
    await get();
    store.put('secret/db', '{"password":"pw-2"}');
    const [after, again] = [await get(), await get()];
    expect([after.isHot, again.isHot]).to.deep.equal([false, true]);
    for (const { text } of [after, again]) expect(text).to.contain('pw-2').and.not.contain('pw-1');
  });

  it('goes on where another secret moves', async () => {
    const { get, store } = await stage();
    await get();
    store.put('secret/other', '{}');
    expect((await get()).isHot).to.equal(true);
  });

  it('leaves a secret to the way through Koa when its time has come', async () => {
    const { get, store, clock } = await stage();
    store.until = 6000;
    await get();
    clock.now = 5999;
    expect((await get()).isHot).to.equal(true);
    clock.now = 6000;
    store.put('secret/db', { ...secretOf(has['secret/db']), isStale: true });
    const late = [await get(), await get()];
    expect(late.map(({ isHot, isStale, status }) => [isHot, isStale, status])).to.deep.equal([
      [false, true, 200],
      [false, true, 200],
    ]);
  });

  it('keeps nothing that was read with a caller’s token, and answers nobody without one', async () => {
    const { get } = await stage({ needsCaller: true });
    const ann = { 'X-Config-Token': 'ann' };
    for (const headers of [ann, ann]) {
      const { status, isHot } = await get(headers);
      expect([status, isHot]).to.deep.equal([200, false]);
    }
    const without = [await get(), await get()];
    expect(without.map(({ status, isHot }) => [status, isHot])).to.deep.equal([
      [400, false],
      [400, false],
    ]);
  });

  it('answers no request whose references are not allowed', async () => {
    const { get } = await stage({ allow: [{ applications: ['orders'], profiles: [], paths: ['secret/db'] }] });
    expect([(await get()).status, (await get()).isHot]).to.deep.equal([200, true]);
    for (const path of ['/billing/prod', '/orders,billing/prod', '/billing/prod']) {
      const { status, isHot } = await get({}, path);
      expect([status, isHot]).to.deep.equal([403, false]);
    }
  });
});
