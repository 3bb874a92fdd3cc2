import { expect } from 'chai';
import { ConfigServerError } from '#server/core/errors.js';
import type { PolicyRule } from '#server/security/policy-rule.js';
import { ask, jsonOf, type Question, type Reply } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import { aSource } from '../../support/fake-backend.js';
import type { FixtureOptions } from '../../support/http-fixture.js';
import { as, namedAuthenticator, startSecured, type SecuredFixture } from '../../support/secured.js';

const V2 = 'application/vnd.spring-cloud.config-server.v2+json';
const rules: readonly PolicyRule[] = [
  { name: 'team', effect: 'allow', principals: ['team-*'], applications: ['orders'], resources: ['*'] },
  { name: 'passwords', effect: 'hide', principals: ['team-low'], keys: ['*.password'] },
  { name: 'hosts', effect: 'mask', principals: ['team-low', 'team-mid'], keys: ['*.host'] },
];
const sources = [
  aSource('repo/orders.yml', { 'db.password': 'p', 'db.host': 'h', url: '${db.host}', text: 'x'.repeat(2000) }),
];
const askers = [
  {},
  as('reader:team-high'),
  as('reader:team-low'),
  as('reader:team-mid'),
  as('reader:other'),
  as('admin:root'),
];
const targets = [
  '/orders/prod',
  '/orders/prod/main',
  '/orders-prod.yml',
  '/main/orders-prod.json',
  '/orders/prod/main/x.conf',
  '/billing/prod',
  '/orders;v=1/prod',
  '/nothing',
];
const preferences: readonly Readonly<Record<string, string>>[] = [
  {},
  { accept: V2 },
  { 'accept-encoding': 'gzip' },
  { 'if-none-match': '*' },
  { 'if-none-match': '"x"' },
  { prefer: 'wait=1' },
];

const comparable = ({ status, headerLines, body }: Reply): unknown => ({
  status,
  headerLines: [...headerLines].sort(),
  body: body.toString('latin1'),
});

describe('the hot lane with security', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function start(options: FixtureOptions = {}): Promise<SecuredFixture> {
    const http = await startSecured(rules, options);
    cleanups.add({ close: () => http.server.close() });
    http.backend.serve('v1', 'c1', sources);
    http.backend.addFile('x.conf', '${db.host} ${db.password}');
    return http;
  }
  const get = ({ port }: SecuredFixture, headers = askers[1], path = '/orders/prod'): Promise<Reply> =>
    ask(port, { path, headers: headers ?? {} });

  it('answers every asker as the way through Koa does, and the audit is told the same', async () => {
    const hot = await start();
    const koa = await start({ http: { authenticator: { ...namedAuthenticator(), recognize: () => undefined } } });
    const questions: readonly Question[] = targets.flatMap((path) =>
      askers.flatMap((who) => preferences.map((headers) => ({ path, headers: { ...who, ...headers } }))),
    );
    for (const question of [...questions, ...questions]) {
      const answers = [await ask(hot.port, question), await ask(koa.port, question)].map(comparable);
      expect(answers[0], JSON.stringify(question)).to.deep.equal(answers[1]);
    }
    expect(hot.audit.decisions).to.deep.equal(koa.audit.decisions);
    expect(hot.backend.calls.resolve).to.be.lessThan(koa.backend.calls.resolve);
  });

  it('tells the audit who was given what, by which rule, on either way', async () => {
    const http = await start();
    for (let i = 0; i < 2; i += 1) await get(http, askers[2]);
    const expected = {
      principal: 'team-low',
      scheme: 'bearer',
      method: 'GET',
      route: '/:application/:profiles',
      application: 'orders',
      profiles: 'prod',
      label: null,
      version: 'v1',
      digest: (await get(http, askers[2])).headers['x-config-digest'],
      isAllowed: true,
      rule: 'policy team',
      withheld: 2,
    };
    expect(http.audit.decisions).to.deep.equal([expected, expected, expected]);
    // The same object for the same answer is what the audit takes fastest.
    expect(http.audit.decisions[1]).to.equal(http.audit.decisions[2]);
    expect(JSON.stringify(http.audit.decisions)).to.not.include('Bearer');
  });

  it('tells the audit the version of the answer that was made for somebody else', async () => {
    const http = await start();
    const [one, other] = [as('reader:team-one'), as('reader:team-two')];
    for (const who of [one, other]) await get(http, who);
    http.backend.change({ version: 'v2' });
    for (const who of [one, other]) await get(http, who);
    expect(http.audit.decisions.map(({ principal, version }) => `${principal} ${String(version)}`)).to.deep.equal([
      'team-one v1',
      'team-two v1',
      'team-one v2',
      'team-two v2',
    ]);
  });

  it('tells the audit of denials: of the policy, of roles, of credentials', async () => {
    const http = await start();
    await get(http, askers[4]);
    await get(http, as('reader:team-high'), '/actuator/info');
    await get(http, {});
    await get(http, as('reader:team-high'), '/orders/prod/main/none.conf');
    const told = http.audit.decisions.map(({ principal, route, isAllowed, rule, resource }) => [
      principal,
      route,
      isAllowed,
      rule,
      resource,
    ]);
    expect(told).to.deep.equal([
      ['other', '/:application/:profiles', false, 'default deny', undefined],
      ['team-high', '/actuator/info', false, 'role operator', undefined],
      ['nobody', '/:application/:profiles', false, 'not authenticated', undefined],
      ['team-high', '/:application/:profiles/:label/*path', true, 'policy team', 'none.conf'],
    ]);
  });

  it('tells nothing of probes', async () => {
    const http = await start();
    for (const path of ['/actuator/health', '/actuator/health/liveness', '/actuator/health/readiness'])
      await get(http, {}, path);
    expect(http.audit.decisions).to.deep.equal([]);
  });

  it('refuses what could not be recorded, before any work, but not probes', async () => {
    const http = await start();
    await get(http);
    http.audit.state.ready = false;
    const { calls } = http.backend;
    const before = { ...calls };
    const reply = await get(http);
    expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([503, 'CONFIG_AUDIT_UNAVAILABLE']);
    expect((await get(http, {}, '/actuator/health/liveness')).status).to.equal(200);
    expect(calls).to.deep.equal(before);
    http.audit.state.ready = true;
    expect((await get(http)).status).to.equal(200);
  });

  it('answers nothing whose record failed, with nothing of the answer in it, on either way', async () => {
    const http = await start();
    const failure = new ConfigServerError('CONFIG_AUDIT_UNAVAILABLE', 'The disk is full.');
    for (let i = 0; i < 2; i += 1) {
      http.audit.gate.wait = Promise.reject(failure);
      http.audit.gate.wait.catch(() => undefined);
      const reply = await ask(http.port, {
        path: '/orders/prod',
        headers: { ...as('reader:team-high'), 'accept-encoding': 'gzip' },
      });
      expect([reply.status, jsonOf(reply)['code']]).to.deep.equal([503, 'CONFIG_AUDIT_UNAVAILABLE']);
      expect(Object.keys(reply.headers)).to.not.include.members(['etag', 'x-config-digest', 'content-encoding']);
      http.audit.gate.wait = undefined;
      expect((await get(http)).status).to.equal(200);
    }
  });

  it('answers only when the record is kept', async () => {
    const http = await start();
    await get(http);
    let keep: () => void = () => undefined;
    http.audit.gate.wait = new Promise<void>((resolve) => (keep = resolve));
    let isAnswered = false;
    const answer = get(http).finally(() => (isAnswered = true));
    while (http.audit.decisions.length < 2) await new Promise(setImmediate);
    for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
    expect(isAnswered).to.equal(false);
    keep();
    expect((await answer).status).to.equal(200);
  });

  it('keeps apart what is given to an instance and to those who may not say which one they are', async () => {
    const may: PolicyRule = {
      name: 'may',
      effect: 'allow',
      principals: ['team-may'],
      applications: ['orders'],
      headers: ['X-Config-Instance'],
    };
    const http = await startSecured([...rules, may], { http: { takesInstances: true } });
    cleanups.add({ close: () => http.server.close() });
    const seen: (string | undefined)[] = [];
    const resolve = http.backend.resolve.bind(http.backend);
    Object.assign(http.backend, {
      resolve: (...parameters: Parameters<typeof resolve>) => {
        seen.push(parameters[0].instance);
        return resolve(...parameters);
      },
    });
    const instance = { 'x-config-instance': 'i1' };
    for (const who of [as('reader:team-may'), as('reader:team-high'), as('reader:team-may'), as('reader:team-high')]) {
      expect((await get(http, { ...who, ...instance })).status).to.equal(200);
    }
    expect(seen).to.deep.equal(['i1', undefined]);
  });

  it('refuses who needs an instance of its own and may not say which one it is', async () => {
    const http = await start({ http: { takesInstances: true } });
    http.backend.failWith(new ConfigServerError('CONFIG_INSTANCE_MISSING', 'There is no X-Config-Instance.'));
    const without = await get(http);
    const withOne = await get(http, { ...as('reader:team-high'), 'x-config-instance': 'i1' });
    expect([without.status, withOne.status]).to.deep.equal([400, 403]);
  });
});
