import { expect } from 'chai';
import { basic } from 'cairn-config-client';
import { z } from 'zod';
import { loadOn } from '#sdk/load-on.js';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { loadOrders } from '../../support/loaded-config.js';
import { anEnvironment, aProblem, connectionRefused, v2 } from '../../support/wire-answer.js';

const canary = 'canary-8f2c';
const never = (): Promise<Response> => new Promise(() => undefined);
const refuse = (): Promise<Response> => Promise.reject(connectionRefused());

describe('sdk: start', () => {
  it('asks for the environment with its origins, and tells what came', async () => {
    const platform = new FakePlatform(() =>
      anEnvironment({ properties: { 'orders.max-items': { value: 5, origin: '1:2' } } }),
    );
    const config = await loadOrders(platform, {
      label: 'feature/x',
      profiles: ['prod', 'eu'],
      headers: { 'X-Config-Token': 't' },
    });
    const [request] = platform.requests;
    expect(request?.url).to.equal('http://config:8888/orders/prod,eu/feature(_)x');
    expect(Object.fromEntries(request?.headers ?? [])).to.deep.equal({
      accept:
        'application/vnd.cairn.environment+json, application/vnd.spring-cloud.config-server.v2+json;q=0.9, application/json;q=0.8',
      'user-agent': 'cairn-config-client',
      'x-config-instance': 'the-uuid',
      'x-config-token': 't',
    });
    const { current, version, digest, origin, stale } = config;
    expect({ current, version, digest, origin, stale }).to.deep.equal({
      current: { orders: { 'max-items': 5 } },
      version: 'v1',
      digest: 'd-v1',
      origin: 'remote',
      stale: false,
    });
    expect(config.sources).to.deep.equal([
      { name: 'orders.yml', properties: new Map([['orders.max-items', { value: 5, origin: '1:2' }]]) },
    ]);
  });

  it('takes the answers of a server that sends none of our headers, in the plain media type', async () => {
    const text = '{"name":"orders","profiles":["prod"],"propertySources":[{"name":"a","source":{"b":1}}]}';
    const platform = new FakePlatform(
      () => new Response(text, { headers: { 'content-type': 'application/json;charset=UTF-8' } }),
    );
    const { current, version, digest } = await loadOrders(platform);
    expect({ current, version, digest }).to.deep.equal({ current: { b: 1 }, version: null, digest: null });
  });

  it('moves on to the next server after a refused connection and after a 5xx', async () => {
    const platform = new FakePlatform(({ url }) => {
      if (url.includes('one')) return refuse();
      return url.includes('two') ? aProblem(503) : anEnvironment();
    });
    await loadOrders(platform, { url: ['http://one', 'http://two', 'http://three'] });
    expect(platform.requests.map(({ url }) => url)).to.deep.equal(
      ['http://one', 'http://two', 'http://three'].map((base) => `${base}/orders/prod`),
    );
  });

  it('gives a server that hangs its share of the time and moves on', async () => {
    const platform = new FakePlatform(({ url }) => (url.includes('one') ? never() : anEnvironment()));
    const config = await loadOrders(platform, { url: ['http://one', 'http://two'], timeout: '4s' });
    expect(config.origin).to.equal('remote');
    expect(platform.now()).to.equal(2_000);
    expect(platform.requests[0]?.signal.aborted).to.equal(true);
  });

  it('tries again within the time, as a server may start together with its clients', async () => {
    const platform: FakePlatform = new FakePlatform(() => (platform.requests.length < 4 ? refuse() : anEnvironment()));
    const config = await loadOrders(platform);
    expect(config.version).to.equal('v1');
    expect(platform.requests).to.have.length(4);
  });

  it('gives up when the time is over, naming each server and what it failed of', async () => {
    const platform = new FakePlatform(({ url }) => (url.includes('one') ? refuse() : aProblem(500)));
    const error = await expectError('CONFIG_UNAVAILABLE', () =>
      loadOrders(platform, { url: ['http://one', 'http://two'] }),
    );
    expect(error.message).to.equal(
      'Cannot load the configuration of orders/prod: http://one did not answer (ECONNREFUSED). ' +
        'http://two answered 500: no such thing (CONFIG_TEST)',
    );
    expect(platform.now()).to.be.within(3_000, 5_000);
    expect(platform.timers).to.deep.equal([]);
  });

  it('says so when the one server did not answer in time', async () => {
    const platform = new FakePlatform(never);
    const error = await expectError('CONFIG_UNAVAILABLE', () => loadOrders(platform, { timeout: '250ms' }));
    expect(error.message).to.equal(
      'Cannot load the configuration of orders/prod: http://config:8888: The request did not end within 250ms.',
    );
  });

  it('does not wait for a Retry-After that is later than its time', async () => {
    const platform = new FakePlatform(() => aProblem(503, { 'retry-after': '120' }));
    await expectError('CONFIG_UNAVAILABLE', () => loadOrders(platform));
    expect({ now: platform.now(), requests: platform.requests.length }).to.deep.equal({ now: 0, requests: 1 });
  });

  const finals: readonly (readonly [number, string])[] = [
    [400, 'CONFIG_REFUSED'],
    [401, 'CONFIG_UNAUTHENTICATED'],
    [403, 'CONFIG_FORBIDDEN'],
    [404, 'CONFIG_NOT_FOUND'],
    [406, 'CONFIG_REFUSED'],
  ];
  for (const [status, code] of finals) {
    it(`ends with ${code} at ${status}, whatever other servers and the fallback may have`, async () => {
      const platform = new FakePlatform(() => aProblem(status, {}, 'No branch or tag "x".'));
      const options = { url: ['http://one', 'http://two'], fallback: { a: 1 } };
      const error = await expectError(code, () => loadOrders(platform, options));
      expect(error.message).to.equal(
        `Cannot load the configuration of orders/prod: http://one answered ${status}: No branch or tag "x". (CONFIG_TEST)`,
      );
      expect(platform.requests).to.have.length(1);
    });
  }

  it('does not follow a redirect, with or without credentials', async () => {
    const platform = new FakePlatform(
      () => new Response(null, { status: 307, headers: { location: 'http://evil/x?y' } }),
    );
    const error = await expectError('CONFIG_REFUSED', () => loadOrders(platform, { auth: basic('user', canary) }));
    expect(error.message).to.equal(
      'Cannot load the configuration of orders/prod: http://config:8888 redirects to http://evil; ' +
        'redirects are not followed: give the final base URL as url.',
    );
  });

  const unreadable: readonly (readonly [string, () => Response, string, string])[] = [
    [
      'truncated JSON',
      () => new Response('{"propertySources":[', { headers: { 'content-type': v2 } }),
      'CONFIG_ANSWER_INVALID',
      'expected a value at its end',
    ],
    [
      'an HTML page',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'CONFIG_ANSWER_INVALID',
      'The answer is text/html; an environment is JSON.',
    ],
    [
      'no content type',
      () => new Response(new Uint8Array([123])),
      'CONFIG_ANSWER_INVALID',
      'The answer is no content type',
    ],
    [
      'bytes that are not UTF-8',
      () => new Response(new Uint8Array([0x22, 0xff, 0x22]), { headers: { 'content-type': v2 } }),
      'CONFIG_ANSWER_INVALID',
      'The answer is not text in UTF-8.',
    ],
    [
      'a list',
      () => new Response('[]', { headers: { 'content-type': v2 } }),
      'CONFIG_ANSWER_INVALID',
      'it is not an object',
    ],
    [
      'no property sources',
      () => new Response('{}', { headers: { 'content-type': v2 } }),
      'CONFIG_ANSWER_INVALID',
      'propertySources is not a list',
    ],
    [
      'a version that is none',
      () => new Response('{"version":1}', { headers: { 'content-type': v2 } }),
      'CONFIG_ANSWER_INVALID',
      'version is neither text nor null',
    ],
    [
      'a nested property',
      () => anEnvironment({ properties: { a: { b: 1 } } }),
      'CONFIG_ANSWER_INVALID',
      "propertySources[0].source['a'] is not a scalar",
    ],
    [
      'an origin that is none',
      () => anEnvironment({ properties: { a: { value: 1, origin: 2 } } }),
      'CONFIG_ANSWER_INVALID',
      "propertySources[0].source['a'] is not a scalar",
    ],
    ['304 that nobody asked for', () => new Response(null, { status: 304 }), 'CONFIG_UNAVAILABLE', 'answered 304.'],
    ['204', () => new Response(null, { status: 204 }), 'CONFIG_UNAVAILABLE', 'answered 204.'],
  ];
  for (const [title, respond, code, message] of unreadable) {
    it(`refuses ${title}`, async () => {
      const error = await expectError(code, () => loadOrders(new FakePlatform(respond), { timeout: '50ms' }));
      expect(error.message).to.include(message);
    });
  }

  it('refuses a property source without name or source', async () => {
    const bodies = ['[1]', '[{"source":{}}]', '[{"name":"a"}]'].map((list) => `{"propertySources":${list}}`);
    for (const body of bodies) {
      const platform = new FakePlatform(() => new Response(body, { headers: { 'content-type': v2 } }));
      await expectError('CONFIG_ANSWER_INVALID', () => loadOrders(platform, { timeout: '50ms' }));
    }
  });

  it('reads no more of an answer than its limit', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20);
    const given = { chunks: 0 };
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            given.chunks += 1;
            controller.enqueue(chunk);
          },
        }),
        { headers: { 'content-type': v2 } },
      );
    const error = await expectError('CONFIG_TOO_LARGE', () =>
      loadOrders(new FakePlatform(endless), { timeout: '50ms' }),
    );
    expect(error.message).to.include('http://config:8888: The answer is larger than 32 MiB.');
    expect(given.chunks).to.be.lessThan(40);
  });

  it('starts with the fallback when no server answers, says so, and goes on asking', async () => {
    const platform = new FakePlatform(refuse);
    const config = await loadOrders(platform, {
      fallback: { orders: { tags: ['a', 'b'] }, 'orders.max-items': 7, none: null },
    });
    const { current, origin, version, digest, stale, age } = config;
    expect({ current, origin, version, digest, stale, age }).to.deep.equal({
      current: { orders: { 'max-items': 7, tags: ['a', 'b'] }, none: null },
      origin: 'fallback',
      version: null,
      digest: null,
      stale: true,
      age: Infinity,
    });
    expect(platform.warnings).to.deep.equal([
      'CONFIG_UNAVAILABLE: Cannot load the configuration of orders/prod: http://config:8888 did not answer (ECONNREFUSED). The fallback is used.',
    ]);
    expect(platform.hasTimerThatKeepsAlive).to.equal(false);
    platform.respond = () => anEnvironment({ properties: { 'orders.max-items': 8 } });
    await platform.advance(10_000);
    expect({ origin: config.origin, stale: config.stale, current: config.current }).to.deep.equal({
      origin: 'remote',
      stale: false,
      current: { orders: { 'max-items': 8 } },
    });
  });

  it('refuses a fallback that the schema does not take although a server answers', async () => {
    const platform = new FakePlatform(() => anEnvironment({ properties: { port: 1 } }));
    const options = { schema: z.object({ port: z.number() }), fallback: { port: 'x' } };
    const error = await expectError('CONFIG_SCHEMA_INVALID', () => loadOrders(platform, options));
    expect(error.message).to.match(/^The option fallback: The schema does not take it: port: /);
  });

  it('refuses a fallback with values that no file can hold, or without end', async () => {
    const platform = new FakePlatform(() => anEnvironment());
    const error = await expectError('CONFIG_OPTIONS_INVALID', () =>
      loadOrders(platform, { fallback: { a: { b: new Date() } } }),
    );
    expect(error.message).to.equal(
      "fallback['a.b'] must be a text, number, boolean, null, Secret, list or object, not a value of type object.",
    );
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    await expectError('CONFIG_OPTIONS_INVALID', () => loadOrders(platform, { fallback: endless }));
  });

  it('refuses a configuration that the schema does not take, fallback or not', async () => {
    const platform = new FakePlatform(() => anEnvironment({ properties: { port: 'x' } }));
    const options = { schema: z.object({ port: z.union([z.number(), z.literal('y')]) }), fallback: { port: 1 } };
    await expectError('CONFIG_SCHEMA_INVALID', () => loadOrders(platform, options));
  });

  it('ends at its signal, before, while it asks and while it waits', async () => {
    const reason = new Error('stop');
    const before = new FakePlatform(never);
    await expectError('CONFIG_ABORTED', () => loadOrders(before, { signal: AbortSignal.abort(reason) }));
    for (const respond of [never, refuse]) {
      const platform = new FakePlatform(respond);
      const controller = new AbortController();
      const promise = loadOn(platform, { url: 'http://a', application: 'orders', signal: controller.signal });
      const outcome = expectError('CONFIG_ABORTED', () => promise);
      await platform.advance(1);
      controller.abort(reason);
      expect((await outcome).cause).to.equal(reason);
      expect(platform.timers).to.deep.equal([]);
    }
  });

  it('no longer heeds its signal once loaded', async () => {
    const controller = new AbortController();
    const platform = new FakePlatform(() => anEnvironment());
    const config = await loadOrders(platform, { signal: controller.signal });
    controller.abort();
    expect(await platform.drive(config.refresh())).to.equal('unchanged');
  });
});
