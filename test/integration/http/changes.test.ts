import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import { ConfigServerError } from '#server/core/errors.js';
import type { CairnEvent } from '#server/core/events.js';
import type { Query } from '#server/core/query.js';
import { createAnonymousAuthenticator } from '#server/security/authenticator.js';
import { anonymousPrincipal } from '#server/security/principal.js';
import { createPolicy } from '#server/security/policy.js';
import { defaultHttpLimits } from '#server/http/limits.js';
import { ask, jsonOf } from '../../support/ask.js';
import { openEvents, type EventReader } from '../../support/event-reader.js';
import { eventually } from '../../support/eventually.js';
import { aSource } from '../../support/fake-backend.js';
import { startHttp, type FixtureOptions, type HttpFixture } from '../../support/http-fixture.js';
import { createManualClock } from '../../support/manual-clock.js';
import { as, startSecured } from '../../support/secured.js';

const path = '/-/changes?application=orders&profiles=prod';
const allowed = { name: 'orders', effect: 'allow', principals: ['ann'], applications: ['orders'] } as const;
const masking = { name: 'masking', effect: 'mask', principals: ['ann'], keys: ['key'] } as const;
const ann = as('reader:ann');

describe('a stream of changes', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function stage(options: FixtureOptions = {}): Promise<HttpFixture> {
    const http = await startHttp(options);
    closing.push(() => http.server.close());
    http.backend.serve('v1', 'c1', [aSource('orders.yml', { key: 1n })]);
    return http;
  }
  async function secured(options: FixtureOptions = {}) {
    const http = await startSecured([allowed], options);
    closing.push(() => http.server.close());
    http.backend.serve('v1', 'c1', [aSource('orders.yml', { key: 1n })]);
    return http;
  }
  const digestOf = async ({ port }: HttpFixture, at = '/orders/prod', headers = {}): Promise<unknown> =>
    (await ask(port, { path: at, headers })).headers['x-config-digest'];
  const closedAnswers = (events: readonly CairnEvent[]): readonly CairnEvent[] =>
    events.filter((event) => event.type === 'request-finished' && event.path === '/-/changes');

  it('begins with the state now, and goes on with each digest that moved', async () => {
    const http = await stage();
    const stream = await openEvents(http.port, { path });
    const first = await stream.next();
    const state = { application: 'orders', profiles: 'prod', label: null };
    expect(first.event).to.equal('environment');
    expect(first.data).to.deep.equal({ ...state, version: 'v1', digest: await digestOf(http) });

    http.backend.serve('v2', 'c2', [aSource('orders.yml', { key: 2n })]);
    const second = await stream.next();
    expect(second.data).to.deep.equal({ ...state, version: 'v2', digest: await digestOf(http) });
    expect(second.id).not.to.equal(first.id);
    expect(stream.text()).to.match(/^retry: \d{4}\n\nevent: environment\nid: [0-9a-f]{12}-1\n/);
    await stream.close();
  });

  it('has headers of its own, is not compressed, and ends a HEAD with them', async () => {
    const http = await stage();
    const headers = { accept: 'text/event-stream', 'accept-encoding': 'gzip, br' };
    const stream = await openEvents(http.port, { path, headers });
    const told = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    };
    expect(stream.headers).to.include(told).and.not.have.any.keys('content-encoding', 'content-length');
    await stream.close();
    const head = await ask(http.port, { path, method: 'HEAD' });
    expect([head.status, head.body.length]).to.deep.equal([200, 0]);
    expect(head.headers).to.include(told);
  });

  it('tells nothing of a commit that did not touch what is asked for', async () => {
    const http = await stage();
    const stream = await openEvents(http.port, { path });
    await stream.next();
    http.backend.serve('v2', 'c1', [aSource('orders.yml', { key: 1n })]);
    const calls = http.backend.calls.resolve;
    await eventually(() => (http.backend.calls.resolve > calls ? true : undefined));
    http.backend.serve('v3', 'c3', [aSource('orders.yml', { key: 3n })]);
    expect((await stream.next()).data).to.include({ version: 'v3' });
    await stream.close();
  });

  it('is of several queries, each once', async () => {
    const http = await stage();
    const more = 'query=billing/dev,eu/feature%2Fx&query=orders/prod&query=a(_)b/prod/';
    const stream = await openEvents(http.port, { path: `${path}&${more}` });
    const events = [await stream.next(), await stream.next(), await stream.next()];
    expect(
      events.map(({ data: { application, profiles, label } }) => [application, profiles, label]),
    ).to.have.deep.members([
      ['orders', 'prod', null],
      ['billing', 'dev,eu', 'feature/x'],
      ['a/b', 'prod', null],
    ]);
    await stream.close();
  });

  it('does not tell again what the client has had, and all of it where that cannot be known', async () => {
    const http = await stage();
    const both = `${path}&query=billing/prod`;
    const first = await openEvents(http.port, { path: both });
    const [one, last] = [await first.next(), await first.next()];
    await first.close();
    const again = (id: string, at = both): Promise<EventReader> =>
      openEvents(http.port, { path: at, headers: { 'last-event-id': id } });

    const resumed = await again(last.id);
    const halfway = await again(one.id);
    expect((await halfway.next()).data).to.deep.equal(last.data);
    http.backend.serve('v2', 'c2', [aSource('orders.yml', { key: 2n })]);
    expect((await resumed.next()).data['version']).to.equal('v2');

    for (const id of ['0123456789ab-1', '1', last.id.replace(/\d+$/, '99')]) {
      const anew = await again(id);
      await Promise.all([anew.next(), anew.next()]);
      await anew.close();
    }
    await Promise.all([resumed.close(), halfway.close()]);
  });

  it('says what it takes where it is asked wrongly', async () => {
    const { port } = await stage();
    const many = Array.from({ length: 21 }, (_, at) => `query=app${at}/prod`).join('&');
    const wrong = ['', '?profiles=prod', '?application=orders', '?query=orders', `?${many}`, '?query=../prod'];
    for (const query of wrong) {
      const reply = await ask(port, { path: `/-/changes${query}` });
      expect([reply.status, jsonOf(reply)['code']], query).to.deep.equal([400, 'CONFIG_NAME_INVALID']);
    }
    const html = await ask(port, { path, headers: { accept: 'text/html' } });
    expect(jsonOf(html)['code']).to.equal('CONFIG_NOT_ACCEPTABLE');
    const post = await ask(port, { path, method: 'POST' });
    expect([post.status, post.headers.allow]).to.deep.equal([405, 'GET, HEAD, OPTIONS']);
  });

  it('is kept alive every fifteen seconds, and ended after its time', async () => {
    const clock = createManualClock();
    const http = await stage({ http: { clock } });
    const stream = await openEvents(http.port, { path });
    await stream.next();
    clock.pass(15_000);
    await eventually(() => (stream.text().endsWith('\n\n:\n\n') ? true : undefined));
    clock.pass(600_000);
    expect(await stream.ended).to.equal(true);
  });

  it('outlives the time in which answers must be ready, and is logged once, at its end', async () => {
    const http = await stage({ http: { limits: { ...defaultHttpLimits, answerTime: 1, writeTime: 20 } } });
    const stream = await openEvents(http.port, { path });
    await stream.next();
    http.backend.serve('v2', 'c2', [aSource('orders.yml', { key: 2n })]);
    await stream.next();
    expect(closedAnswers(http.events)).to.deep.equal([]);
    await stream.close();
    const [told] = await eventually(() =>
      closedAnswers(http.events).length > 0 ? closedAnswers(http.events) : undefined,
    );
    expect(told).to.deep.include({ method: 'GET', status: 200 });
    expect(http.events.filter(({ type }) => type === 'request-failed')).to.deep.equal([]);
  });

  it('ends when the server stops, which waits for no stream', async () => {
    const http = await stage();
    const streams = await Promise.all([openEvents(http.port, { path }), openEvents(http.port, { path })]);
    await http.server.close();
    expect(await Promise.all(streams.map(({ ended }) => ended))).to.deep.equal([true, true]);
  });

  it('is one of as many as there may be', async () => {
    const limits = { ...defaultHttpLimits, eventStreams: 2, eventStreamsPerClient: 1 };
    const http = await stage({ http: { limits } });
    const stream = await openEvents(http.port, { path });
    const refused = await ask(http.port, { path });
    expect([refused.status, jsonOf(refused)['code'], refused.headers['retry-after']]).to.deep.equal([
      429,
      'CONFIG_RATE_LIMITED',
      '30',
    ]);
    await stream.close();
    const next = await eventually(async () => {
      const opened = await openEvents(http.port, { path });
      return opened.status === 200 ? opened : undefined;
    });
    await next.close();

    const few = await secured({ http: { limits: { ...limits, eventStreams: 1 } } });
    const only = await openEvents(few.port, { path, headers: ann });
    const more = await ask(few.port, { path, headers: ann });
    expect([more.status, jsonOf(more)['code']]).to.deep.equal([503, 'CONFIG_OVERLOADED']);
    await only.close();
  });

  it('takes no place for a client that has gone before it began', async () => {
    const authenticator = createAnonymousAuthenticator();
    const asked = new Promise<void>((resolve) => {
      let isFirst = true;
      authenticator.authenticate = async (_presented, signal) => {
        resolve();
        if (isFirst) await once(signal, 'abort');
        isFirst = false;
        return anonymousPrincipal;
      };
    });
    const limits = { ...defaultHttpLimits, eventStreamsPerClient: 1 };
    const http = await stage({ http: { authenticator, limits } });
    const leaving = request({ port: http.port, host: '127.0.0.1', path, agent: false }).end();
    leaving.on('error', () => undefined);
    await asked;
    leaving.destroy();
    const [told] = await eventually(() =>
      closedAnswers(http.events).length > 0 ? closedAnswers(http.events) : undefined,
    );
    expect(told).to.deep.include({ status: 499 });
    const stream = await openEvents(http.port, { path });
    await stream.next();
    await stream.close();
  });

  it('is refused where there is too much to watch, and what it had begun to watch is left', async () => {
    const left: string[] = [];
    const feed = {
      watch: ({ name }: Query) => {
        if (name === 'more') throw new ConfigServerError('CONFIG_OVERLOADED', 'Too many.');
        return { again: () => undefined, close: () => void left.push(name) };
      },
      wake: () => undefined,
      close: () => undefined,
    };
    const { port } = await stage({ http: { feed } });
    const reply = await ask(port, { path: `${path}&query=more/prod` });
    expect([reply.status, jsonOf(reply)['code'], left]).to.deep.equal([503, 'CONFIG_OVERLOADED', ['orders']]);
  });

  it('is for those alone who may read all of it, and each query is recorded', async () => {
    const { port, audit } = await secured();
    const stream = await openEvents(port, { path: `${path}&query=orders/dev`, headers: ann });
    const record = { principal: 'ann', route: '/-/changes', version: null, digest: null, rule: 'policy orders' };
    expect(audit.decisions.map(({ profiles }) => profiles)).to.deep.equal(['prod', 'dev']);
    expect(audit.decisions[0]).to.include({ ...record, application: 'orders', isAllowed: true });
    await stream.close();
    audit.decisions.length = 0;

    const reply = await ask(port, { path: `${path}&query=billing/prod`, headers: ann });
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([403, 'CONFIG_FORBIDDEN']);
    expect(audit.decisions.map(({ application, isAllowed }) => [application, isAllowed])).to.deep.equal([
      ['billing', false],
    ]);
    const statuses = await Promise.all([{}, as('operator:ann')].map((headers) => ask(port, { path, headers })));
    expect(statuses.map(({ status }) => status)).to.deep.equal([401, 403]);
  });

  it('does not begin where its record cannot be kept', async () => {
    const { port, audit, server } = await secured();
    audit.gate.wait = Promise.reject(new Error('the disk is full'));
    audit.gate.wait.catch(() => undefined);
    const reply = await ask(port, { path, headers: ann });
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([500, 'CONFIG_INTERNAL']);
    expect(reply.headers['content-type']).to.equal('application/problem+json');
    audit.gate.wait = undefined;
    await server.close();
  });

  it('ends for who may not read it any more, which is recorded, and goes on for others', async () => {
    const http = await secured();
    const mine = await openEvents(http.port, { path, headers: ann });
    await mine.next();
    http.audit.decisions.length = 0;
    http.access.replace(createPolicy({ rules: [allowed] }));
    http.backend.serve('v2', 'c2', [aSource('orders.yml', { key: 2n })]);
    await mine.next();
    expect(http.audit.decisions).to.deep.equal([]);
    http.access.replace(createPolicy({ rules: [{ ...allowed, applications: ['billing'] }] }));
    expect(await mine.ended).to.equal(true);
    expect(http.audit.decisions.map(({ isAllowed, rule }) => [isAllowed, rule])).to.deep.equal([
      [false, 'default deny'],
    ]);
    expect((await ask(http.port, { path, headers: ann })).status).to.equal(403);
  });

  it('ends all the same where the end cannot be recorded', async () => {
    const http = await secured();
    const stream = await openEvents(http.port, { path, headers: ann });
    await stream.next();
    http.audit.gate.wait = Promise.reject(new Error('the disk is full'));
    http.audit.gate.wait.catch(() => undefined);
    http.access.replace(createPolicy({ rules: [] }));
    expect(await stream.ended).to.equal(true);
  });

  it('tells the digest of what is shown, and again where the policy withholds more', async () => {
    const http = await secured();
    const stream = await openEvents(http.port, { path, headers: ann });
    const first = await stream.next();
    http.access.replace(createPolicy({ rules: [allowed, masking] }));
    const second = await stream.next();
    expect([first, second].map(({ data }) => data['version'])).to.deep.equal(['v1', 'v1']);
    expect(second.data['digest'])
      .to.equal(await digestOf(http, '/orders/prod', ann))
      .and.not.equal(first.data['digest']);
    await stream.close();
  });
});
