import { expect } from 'chai';
import { createPolicy } from '#server/security/policy.js';
import type { PolicyRule } from '#server/security/policy-rule.js';
import { ask, jsonOf, type Reply } from '../../support/ask.js';
import { aSource } from '../../support/fake-backend.js';
import { hexHmac, someWebhooks } from '../../support/webhooks.js';
import { as, startSecured, type SecuredFixture } from '../../support/secured.js';

const rules: readonly PolicyRule[] = [
  { name: 'team', effect: 'allow', principals: ['team-*'], applications: ['orders'], resources: ['*'] },
  { name: 'passwords', effect: 'hide', principals: ['team-low'], keys: ['*.password'] },
  { name: 'hosts', effect: 'mask', principals: ['team-low', 'team-mid'], keys: ['*.host'] },
];
const high = as('reader:team-high');
const low = as('reader:team-low');
const other = as('reader:other');
const V2 = 'application/vnd.spring-cloud.config-server.v2+json';

describe('authorization', () => {
  let http: SecuredFixture;
  beforeEach(async () => {
    http = await startSecured(rules);
    http.backend.serve('v1', 'c1', [
      aSource('repo/orders.yml', {
        'db.password': 'canary-secret',
        'db.host': 'canary-host',
        url: 'jdbc://${db.host}/?p=${db.password}',
        other: '${db.password:none}',
        port: 1n,
      }),
      aSource('repo/application.yml', { 'db.password': 'canary-other', name: 'x' }),
    ]);
    http.backend.addFile('nginx.conf', 'host ${db.host}; password ${db.password}');
    http.backend.addFile('orders.yml', 'db.password: canary-secret');
  });
  afterEach(() => http.server.close());

  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    ask(http.port, { path, headers });

  it('is 401 without a credential, before anything else is told', async () => {
    for (const path of ['/orders/prod', '/billing/prod', '/nothing', '/orders', '/encrypt', '/actuator/info', '/-/x']) {
      expect((await get(path)).status, path).to.equal(401);
    }
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
  });

  it('is 403, the same whether there is such an application, label, file or not', async () => {
    const paths = [
      '/orders/prod',
      '/orders/prod/missing',
      '/orders/prod/main/nginx.conf',
      '/orders/prod/main/none',
      '/orders-prod.yml',
    ];
    const bodies: unknown[] = [];
    for (const path of paths) {
      const reply = await get(path, other);
      const { path: _, instance: __, ...body } = jsonOf(reply);
      bodies.push([reply.status, reply.headers['content-type'], body]);
    }
    expect(bodies[0]).to.deep.equal([
      403,
      'application/problem+json',
      {
        type: 'urn:cairn:error:CONFIG_FORBIDDEN',
        title: 'Forbidden',
        status: 403,
        detail: 'The policy does not allow this request.',
        code: 'CONFIG_FORBIDDEN',
        timestamp: '1970-01-01T00:00:05.000Z',
        error: 'Forbidden',
      },
    ]);
    for (const body of bodies) expect(body).to.deep.equal(bodies[0]);
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
  });

  it('needs the role of the route too', async () => {
    const reply = await get('/orders/prod', as('encryptor,operator,auditor:team-high'));
    expect([reply.status, jsonOf(reply)['detail']]).to.deep.equal([
      403,
      'The route is for principals with the role reader.',
    ]);
  });

  it('shows everything to who has nothing withheld', async () => {
    const reply = await get('/orders/prod', high);
    expect([reply.status, reply.headers['x-config-withheld']]).to.deep.equal([200, undefined]);
    expect(reply.body.toString()).to.include('canary-secret').and.include('canary-host');
  });

  it('withholds keys in every form, placeholders that lead to them too, and says how many', async () => {
    const paths = [
      '/orders/prod',
      '/orders-prod.yml',
      '/orders-prod.properties',
      '/orders-prod.json',
      '/orders-prod.json?resolvePlaceholders=false',
      '/orders/prod/main/nginx.conf',
    ];
    for (const path of paths) {
      for (const accept of [undefined, V2]) {
        const reply = await get(path, {
          ...low,
          ...(accept !== undefined && path === '/orders/prod' ? { accept } : {}),
        });
        expect([path, reply.status, reply.headers['x-config-withheld']]).to.deep.equal([path, 200, '2']);
        expect(reply.body.toString()).to.include('***').and.not.include('canary');
      }
    }
  });

  it('leaves out what is hidden, and writes *** for what is masked', async () => {
    expect((await get('/orders-prod.properties', low)).body.toString().split('\n').sort()).to.deep.equal([
      'db.host: ***',
      'name: x',
      'other: none',
      'port: 1',
      'url: jdbc://***/?p=${db.password}',
    ]);
    const mid = await get('/orders/prod', as('reader:team-mid'));
    expect(mid.headers['x-config-withheld']).to.equal('1');
    expect(jsonOf(mid)['propertySources']).to.deep.include({
      name: 'repo/application.yml',
      source: { 'db.password': 'canary-other', name: 'x' },
    });
  });

  it('gives each view a digest and an entity tag of its own', async () => {
    const views = [];
    for (const who of [high, low, as('reader:team-mid'), as('reader:team-max')]) {
      const { headers } = await get('/orders/prod', who);
      views.push([headers['x-config-digest'], headers.etag]);
    }
    expect(new Set(views.slice(0, 3).map(String)).size).to.equal(3);
    expect(views[3]).to.deep.equal(views[0]);
  });

  it('moves the digest of a view only with what is seen', async () => {
    const before = [await get('/orders/prod', low), await get('/orders/prod', high)];
    http.backend.serve('v2', 'c2', [
      aSource('repo/orders.yml', {
        'db.password': 'rotated',
        'db.host': 'canary-host',
        url: 'jdbc://${db.host}/?p=${db.password}',
        other: '${db.password:none}',
        port: 1n,
      }),
      aSource('repo/application.yml', { 'db.password': 'canary-other', name: 'x' }),
    ]);
    const after = [await get('/orders/prod', low), await get('/orders/prod', high)];
    const isSame = before.map((reply, at) => reply.headers.etag === after[at]?.headers.etag);
    expect(isSame).to.deep.equal([true, false]);
  });

  it('does not serve the raw file of properties to whom keys in it are withheld, nor to others by a wide pattern', async () => {
    expect((await get('/orders/prod/main/orders.yml', low)).status).to.equal(403);
    expect((await get('/orders/prod/main/orders.yml', high)).status).to.equal(403);
    http.access.replace(
      createPolicy({
        rules: [
          ...rules,
          { name: 'r', effect: 'allow', principals: ['team-*'], applications: ['orders'], resources: ['*.yml'] },
        ],
      }),
    );
    expect((await get('/orders/prod/main/orders.yml', low)).status).to.equal(403);
    expect((await get('/orders/prod/main/orders.yml', high)).status).to.equal(200);
  });

  it('takes a new policy at once, on both ways', async () => {
    for (let i = 0; i < 2; i += 1) expect((await get('/orders/prod', high)).status).to.equal(200);
    http.access.replace(createPolicy({ rules: [] }));
    expect((await get('/orders/prod', high)).status).to.equal(403);
    http.access.replace(createPolicy({ rules }));
    expect((await get('/orders/prod', high)).status).to.equal(200);
  });

  it('refuses a credential that has ended at once, on both ways', async () => {
    for (let i = 0; i < 2; i += 1) expect((await get('/orders/prod', high)).status).to.equal(200);
    http.authenticator.ended.add(high['authorization'] ?? '');
    expect((await get('/orders/prod', high)).status).to.equal(401);
  });

  it('answers again without asking the authenticator in full or the backend for more than its stamp', async () => {
    for (const who of [high, low]) await get('/orders/prod', who);
    const { resolve } = http.backend.calls;
    const { authenticate } = http.authenticator.calls;
    for (let i = 0; i < 3; i += 1)
      for (const who of [high, low]) expect((await get('/orders/prod', who)).status).to.equal(200);
    expect([http.backend.calls.resolve, http.authenticator.calls.authenticate]).to.deep.equal([resolve, authenticate]);
  });

  it('lets X-Config-Token be used only where a rule says so', async () => {
    const one = await startSecured(
      [
        ...rules,
        { ...rules[0], name: 'token', effect: 'allow', principals: ['team-token'], headers: ['X-Config-Token'] },
      ],
      { http: { takesCallerTokens: true } },
    );
    const statuses = [];
    for (const who of [high, as('reader:team-token')]) {
      for (const token of [{}, { 'x-config-token': 's.x' }]) {
        statuses.push((await ask(one.port, { path: '/orders/prod', headers: { ...who, ...token } })).status);
      }
    }
    expect(statuses).to.deep.equal([200, 403, 200, 200]);
    await one.server.close();
  });

  it('tells of health its status alone, and its parts to operators', async () => {
    const shown = [];
    for (const headers of [{}, high, as('operator:ops'), as('admin:root')]) {
      shown.push(Object.keys(jsonOf(await get('/actuator/health', headers))));
    }
    expect(shown).to.deep.equal([
      ['status', 'groups'],
      ['status', 'groups'],
      ['status', 'components', 'groups'],
      ['status', 'components', 'groups'],
    ]);
    expect((await get('/actuator/health', { authorization: 'Bearer wrong' })).status).to.equal(401);
    expect((await get('/actuator/health/liveness', { authorization: 'Bearer wrong' })).status).to.equal(200);
    expect((await get('/actuator/health/readiness')).status).to.equal(200);
    expect((await get('/actuator/health/configServer', high)).status).to.equal(403);
  });

  describe('of webhooks', () => {
    const body = '{"ref":"refs/heads/main"}';
    async function statuses(secret: string | null, headers: Readonly<Record<string, string>>): Promise<unknown> {
      const hooks = someWebhooks({ hosts: { github: { secret }, plain: { isVerified: false } } });
      const one = await startSecured(rules, { http: { webhooks: { path: '/monitor', ...hooks.webhooks } } });
      const all = { 'content-type': 'application/json', 'x-github-event': 'push', ...headers };
      const reply = await ask(one.port, { path: '/monitor', method: 'POST', headers: all, body });
      await one.server.close();
      const told = one.audit.decisions.map(({ principal, scheme, rule, isAllowed }) => [
        principal,
        scheme,
        rule,
        isAllowed,
      ]);
      return [reply.status, reply.headers['www-authenticate'], hooks.requests.length, ...told];
    }
    const signed = { 'x-hub-signature-256': `sha256=${hexHmac('s', body)}` };

    it('lets in a good signature, and operators without one', async () => {
      expect(await statuses('s', signed)).to.deep.equal([
        200,
        undefined,
        1,
        ['github', 'webhook', 'webhook signature', true],
      ]);
      expect(await statuses('s', as('operator:ops'))).to.deep.equal([
        200,
        undefined,
        1,
        ['ops', 'bearer', 'role operator', true],
      ]);
    });

    it('refuses everybody else, without secrets too', async () => {
      const none = [401, 'Webhook-Signature, Bearer', 0, ['nobody', 'anonymous', 'not authenticated', false]];
      expect(await statuses('other', signed)).to.deep.equal(none);
      expect(await statuses(null, signed)).to.deep.equal(none);
      expect(await statuses(null, {})).to.deep.equal(none);
      expect(await statuses('s', { ...signed, ...as('reader:x') })).to.deep.equal([
        403,
        undefined,
        0,
        ['x', 'bearer', 'role operator', false],
      ]);
    });
  });
});
