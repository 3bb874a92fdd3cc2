import { expect } from 'chai';
import { ConfigServerError } from '#server/core/errors.js';
import { ask, jsonOf } from '../../support/ask.js';
import { aSource } from '../../support/fake-backend.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const CANARY = 'canary-5f1c';

describe('an error', () => {
  let http: HttpFixture;
  beforeEach(async () => {
    http = await startHttp();
  });
  afterEach(() => http.server.close());

  it('that is not of this server never leaks, whatever it says of itself', async () => {
    const foreign = Object.assign(new Error(`ENOENT ${CANARY}`), {
      status: 404,
      expose: true,
      headers: { 'x-leak': CANARY },
    });
    http.backend.failWith(foreign);
    const reply = await ask(http.port, { path: '/orders/prod' });
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([500, 'CONFIG_INTERNAL']);
    expect(reply.headerLines.join() + reply.body.toString()).not.to.include(CANARY);
    expect(http.events.find(({ type }) => type === 'request-failed')).to.deep.include({
      method: 'GET',
      path: '/orders/prod',
      code: 'CONFIG_INTERNAL',
      error: foreign,
    });
  });

  it('of a source that was never read is 503 and says when to come back', async () => {
    http.backend.failWith(
      new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', `https://user:${CANARY}@git`, {
        diagnostics: { url: CANARY },
      }),
    );
    for (const path of ['/orders/prod', '/orders-prod.yml', '/orders/prod/main/x.conf']) {
      const reply = await ask(http.port, { path });
      expect([reply.status, reply.headers['retry-after']]).to.deep.equal([503, '5']);
      expect(reply.body.toString()).not.to.include(CANARY);
    }
  });

  it('of a broken file tells its place', async () => {
    const position = { file: 'orders.yml', line: 3, column: 7 };
    http.backend.failWith(new ConfigServerError('CONFIG_FILE_INVALID', CANARY, { position }));
    const reply = await ask(http.port, { path: '/orders/prod' });
    expect(reply.status).to.equal(500);
    expect(jsonOf(reply)).to.include({ code: 'CONFIG_FILE_INVALID', ...position });
    expect(reply.body.toString()).not.to.include(CANARY);
  });

  it('is never cached and never sniffed', async () => {
    const reply = await ask(http.port, { path: '/orders' });
    expect(reply.headers).to.include({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('names the path as sent, without the query', async () => {
    const reply = await ask(http.port, { path: `/a%20b;x=1?token=${CANARY}` });
    expect(jsonOf(reply)).to.include({ path: '/a%20b;x=1', instance: '/a%20b;x=1', error: 'Not Found' });
    expect(JSON.stringify(http.events)).not.to.include(CANARY);
  });

  it('of keys that cannot be nested is 400 for YAML and JSON, not for the flat routes', async () => {
    http.backend.change({
      contentId: 'bad',
      sources: [{ name: 's', properties: new Map([['a..b', { value: 'x' }]]) }],
    });
    const statuses = [];
    for (const path of ['/orders-prod.yml', '/orders-prod.json', '/orders-prod.properties', '/orders/prod']) {
      statuses.push((await ask(http.port, { path })).status);
    }
    expect(statuses).to.deep.equal([400, 400, 200, 200]);
  });

  it('of a list index past the limit is 400', async () => {
    const strict = await startHttp({ http: { renditions: { stripDocument: true, maxIndex: 3 } } });
    strict.backend.change({ contentId: 'list', sources: [aSource('s', { 'a[4]': 'x' })] });
    const reply = await ask(strict.port, { path: '/orders-prod.json' });
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([400, 'CONFIG_KEYS_NOT_NESTABLE']);
    await strict.server.close();
  });

  it('of an empty environment is 404 where those are refused, without a body for resources', async () => {
    const strict = await startHttp({ environments: { acceptEmpty: false } });
    strict.backend.serve('v1', 'c0', []);
    const environment = await ask(strict.port, { path: '/orders/prod' });
    expect([environment.status, jsonOf(environment)['code']]).to.deep.equal([404, 'CONFIG_APPLICATION_NOT_FOUND']);
    const resource = await ask(strict.port, { path: '/orders/prod/main/x.conf' });
    expect([resource.status, resource.body.length]).to.deep.equal([404, 0]);
    await strict.server.close();
  });

  it('never stops a request from being told', async () => {
    await ask(http.port, { path: '/orders' });
    await ask(http.port, { path: '/orders/prod' });
    await ask(http.port, { path: '/orders/prod' });
    const told = http.events.flatMap((event) => (event.type === 'request-finished' ? [event] : []));
    expect(told.map(({ method, path, status }) => [method, path, status])).to.deep.equal([
      ['GET', '/orders', 404],
      ['GET', '/orders/prod', 200],
      ['GET', '/orders/prod', 200],
    ]);
  });
});
