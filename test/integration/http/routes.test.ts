import { expect } from 'chai';
import { configRoutes, rootRoutes } from '#server/http/route-table.js';
import type { Services } from '#server/http/services.js';
import { ask, jsonOf } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const V2 = 'application/vnd.spring-cloud.config-server.v2+json';
const MARKED = 'application/vnd.cairn.environment+json';
const JSON_TYPE = 'application/json';
const PROBLEM = 'application/problem+json';
const TEXT = 'text/plain';
const RESOURCE = 'text/plain;charset=UTF-8';

/** Path, status, content type: what answers there. */
const answers: readonly (readonly [string, number, string | undefined])[] = [
  ['/orders/prod', 200, JSON_TYPE],
  ['/orders/dev,prod', 200, JSON_TYPE],
  ['/orders,billing/prod', 200, JSON_TYPE],
  ['/orders/prod/1.0.0', 200, JSON_TYPE],
  ['/orders/prod/feature(_)x', 200, JSON_TYPE],
  ['/orders/dev-yml', 200, JSON_TYPE],
  ['/orders/dev.ymlx', 200, JSON_TYPE],
  ['/orders/dev.yml/main', 200, JSON_TYPE],
  ['/orders.yml/default', 200, JSON_TYPE],
  ['/orders/nginx.conf', 200, JSON_TYPE],
  ['/orders/default;jsessionid=1', 200, JSON_TYPE],
  ['/orders/dev%2Cprod', 200, JSON_TYPE],
  ['/%ED%95%9C/default', 200, JSON_TYPE],
  ['/orders/prod?label=x', 200, JSON_TYPE],
  ['/encryptor/dev', 200, JSON_TYPE],
  ['/keys/dev', 200, JSON_TYPE],
  ['/orders-prod.yml', 200, TEXT],
  ['/orders-prod.yaml', 200, TEXT],
  ['/orders-prod.properties', 200, TEXT],
  ['/orders-prod.json', 200, JSON_TYPE],
  ['/main/orders-prod.yml', 200, TEXT],
  ['/feature(_)x/orders-dev,prod.properties', 200, TEXT],
  ['/my-app-dev.yml', 200, TEXT],
  ['/main/a-b.yml?useDefaultLabel', 200, TEXT],
  ['/orders/prod/main/nginx.conf', 200, RESOURCE],
  ['/orders/prod/main/a/b.conf', 200, RESOURCE],
  ['/orders/prod/main/a(_)b.conf', 200, RESOURCE],
  ['/orders/prod/nginx.conf?useDefaultLabel', 200, RESOURCE],
  ['/orders/prod/a(_)b.conf?useDefaultLabel=', 200, RESOURCE],
  ['/orders/prod/nginx.conf', 200, JSON_TYPE],
  ['/orders/prod/missing', 404, PROBLEM],
  ['/missing/orders-prod.yml', 404, PROBLEM],
  ['/orders/prod/missing/nginx.conf', 404, undefined],
  ['/orders/prod/main/none.conf', 404, undefined],
  ['/orders/prod/main/', 404, undefined],
  ['/', 404, PROBLEM],
  ['/orders', 404, PROBLEM],
  ['/orders.yml', 404, PROBLEM],
  ['/orders/', 404, PROBLEM],
  ['/orders/prod/', 404, PROBLEM],
  ['/orders-prod.yml/', 404, PROBLEM],
  ['/orders/dev.yml', 404, PROBLEM],
  ['/orders/dev.yaml', 404, PROBLEM],
  ['/orders/dev.json', 404, PROBLEM],
  ['/orders/dev.properties', 404, PROBLEM],
  ['/orders-prod.yml.bak', 404, PROBLEM],
  ['/orders-prod.YML', 404, PROBLEM],
  ['/favicon.ico', 404, PROBLEM],
  ['/orders-a%2Db.yml', 400, PROBLEM],
  ['/orders-prod.yml?resolvePlaceholders=maybe', 400, PROBLEM],
  ['/encrypt/status', 404, JSON_TYPE],
  ['/key', 404, JSON_TYPE],
  ['/key/orders/dev', 404, JSON_TYPE],
  ['/monitor/dev', 404, PROBLEM],
  ['/-/changes', 400, PROBLEM],
  ['/-/audit', 404, PROBLEM],
  ['/-/x/y', 404, PROBLEM],
  ['/actuator', 200, JSON_TYPE],
  ['/actuator/health', 200, JSON_TYPE],
  ['/actuator/info', 200, JSON_TYPE],
  ['/actuator/env', 404, PROBLEM],
];

describe('the routes', () => {
  let http: HttpFixture;
  before(async () => {
    http = await startHttp();
    for (const path of ['nginx.conf', 'a/b.conf']) http.backend.addFile(path, 'port ${server.port};\n');
  });
  after(() => http.server.close());

  it('are these, in this order', () => {
    // The groups only close over their services; listing them asks none.
    const services = { limits: {}, webhooks: { path: '/monitor' } } as Services;
    const list = [...rootRoutes(services), ...configRoutes(services)].map(
      ({ methods, path }) => `${methods.length > 1 ? 'ANY' : methods.join()} ${path}`,
    );
    expect(list).to.deep.equal([
      'POST /monitor',
      'GET /actuator',
      'GET /actuator/health',
      'GET /actuator/health/liveness',
      'GET /actuator/health/readiness',
      'GET /actuator/health/:component',
      'GET /actuator/info',
      'GET /actuator/*rest',
      'GET /-/audit',
      'ANY /-/audit',
      'GET /-/changes',
      'ANY /-/changes',
      'ANY /monitor/*rest',
      'ANY /-{/*rest}',
      'GET /encrypt/status',
      'ANY /encrypt/status',
      'POST /encrypt',
      'ANY /encrypt',
      'POST /encrypt/:application/:profiles',
      'ANY /encrypt/:application/:profiles',
      'POST /decrypt',
      'ANY /decrypt',
      'POST /decrypt/:application/:profiles',
      'ANY /decrypt/:application/:profiles',
      'GET /key',
      'ANY /key',
      'GET /key/:application/:profiles',
      'ANY /key/:application/:profiles',
      'ANY /encrypt{/*rest}',
      'ANY /decrypt{/*rest}',
      'ANY /key{/*rest}',
      'GET /:application-:profiles.yml',
      'GET /:label/:application-:profiles.yml',
      'GET /:application-:profiles.yaml',
      'GET /:label/:application-:profiles.yaml',
      'GET /:application-:profiles.properties',
      'GET /:label/:application-:profiles.properties',
      'GET /:application-:profiles.json',
      'GET /:label/:application-:profiles.json',
      'GET /:application/:profiles/:path',
      'GET /:application/:profiles',
      'GET /:application/:profiles/:label',
      'GET /:application/:profiles/:label/*path',
      'GET /:application/:profiles/:label/',
    ]);
  });

  for (const [path, status, contentType] of answers) {
    it(`answer ${status} ${contentType ?? 'without a body'} at ${path}`, async () => {
      const reply = await ask(http.port, { path });
      expect([reply.status, reply.headers['content-type']]).to.deep.equal([status, contentType]);
      expect(reply.body.length === 0).to.equal(contentType === undefined);
    });

    it(`answer HEAD as GET, without a body, at ${path}`, async () => {
      const get = await ask(http.port, { path });
      const head = await ask(http.port, { path, method: 'HEAD' });
      expect([head.status, head.headerLines]).to.deep.equal([get.status, get.headerLines]);
      expect(head.body).to.have.length(0);
    });
  }

  it('part a rendition at the last hyphen', async () => {
    const environment = jsonOf(await ask(http.port, { path: '/my-app/dev' }));
    expect(environment['name']).to.equal('my-app');
    expect((await ask(http.port, { path: '/my-app-dev.json' })).body.toString()).to.equal(
      '{"server":{"port":8081},"url":"http://x:8081"}',
    );
  });

  it('take (_) for a slash in names and labels, and give back names as asked', async () => {
    const reply = await ask(http.port, { path: '/org(_)app,x/dev,eu/feature(_)x' });
    expect(jsonOf(reply)).to.include({ name: 'org/app,x', label: 'feature/x', version: 'v1', state: '' });
    expect(jsonOf(reply)['profiles']).to.deep.equal(['dev,eu']);
  });

  it('take yes and no in the spellings of the reference', async () => {
    const lengths = new Map<string, number>();
    for (const flag of ['', 'true', 'ON', 'yes', '1', 'false', 'off', 'No', '0']) {
      const path = `/orders-prod.properties?resolvePlaceholders=${flag}`;
      lengths.set(flag, (await ask(http.port, { path })).body.length);
    }
    expect([...lengths.values()]).to.deep.equal([36, 36, 36, 36, 36, 46, 46, 46, 46]);
  });

  it('leave placeholders where resolvePlaceholders is false', async () => {
    const path = '/orders-prod.properties?resolvePlaceholders=false';
    expect((await ask(http.port, { path })).body.toString()).to.equal(
      'server.port: 8081\nurl: http://x:${server.port}',
    );
  });

  it('answer origins for the v2 media type only', async () => {
    const reply = await ask(http.port, { path: '/orders/prod', headers: { accept: V2 } });
    expect(reply.headers['content-type']).to.equal(V2);
    expect(reply.body.toString()).to.include('"server.port":{"value":8081,"origin":"1:1"}');
  });

  const negotiated: Readonly<Record<string, string | number>> = {
    '*/*': JSON_TYPE,
    'application/*': JSON_TYPE,
    'application/json': JSON_TYPE,
    [`${V2};q=0.5, application/json;q=0.4`]: V2,
    [`${MARKED}, ${V2};q=0.9, application/json;q=0.8`]: MARKED,
    [`${V2};q=0.3, application/json`]: JSON_TYPE,
    'text/html, application/xhtml+xml, */*;q=0.8': JSON_TYPE,
    'application/json, application/*+json': JSON_TYPE,
    'application/vnd.spring-cloud.config-server.v1+json': 406,
    'application/yaml': 406,
    'text/plain': 406,
    'text/html': 406,
    'application/json;q=0': 406,
  };
  for (const [accept, expected] of Object.entries(negotiated)) {
    it(`answer ${expected} to Accept: ${accept}`, async () => {
      const reply = await ask(http.port, { path: '/orders/prod', headers: { accept } });
      expect(reply.status === 200 ? reply.headers['content-type'] : reply.status).to.equal(expected);
    });
  }

  it('answer bytes where application/octet-stream is preferred, text otherwise', async () => {
    const path = '/orders/prod/main/nginx.conf';
    const binary = await ask(http.port, { path, headers: { accept: 'application/octet-stream' } });
    expect([binary.headers['content-type'], binary.body.toString()]).to.deep.equal([
      'application/octet-stream',
      'port ${server.port};\n',
    ]);
    for (const accept of ['*/*', 'text/plain', 'application/xml', 'application/octet-stream;q=0.1, text/*']) {
      const text = await ask(http.port, { path, headers: { accept } });
      expect([text.headers['content-type'], text.body.toString()]).to.deep.equal([RESOURCE, 'port 8081;\n']);
    }
  });

  it('read a resource in the charset of Accept-Charset', async () => {
    http.backend.addFile('latin.txt', Buffer.from([0xe9]));
    const texts = [];
    for (const charset of ['iso-8859-1', 'utf-8;q=0.5, iso-8859-1', '*']) {
      const headers = { 'accept-charset': charset };
      texts.push((await ask(http.port, { path: '/orders/prod/main/latin.txt', headers })).body.toString());
    }
    expect(texts).to.deep.equal(['\u00e9', '\u00e9', '\ufffd']);
  });

  it('answer OPTIONS with the methods they take', async () => {
    for (const path of ['/orders/prod', '/orders-prod.yml', '/orders/prod/main/x', '/actuator/health']) {
      const reply = await ask(http.port, { path, method: 'OPTIONS' });
      expect([reply.status, reply.headers.allow, reply.body.length]).to.deep.equal([200, 'GET, HEAD, OPTIONS', 0]);
    }
  });

  it('refuse other methods with those they take', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE']) {
      const reply = await ask(http.port, { path: '/orders/prod', method });
      expect([reply.status, reply.headers.allow]).to.deep.equal([405, 'GET, HEAD, OPTIONS']);
      expect(jsonOf(reply)['code']).to.equal('CONFIG_METHOD_NOT_ALLOWED');
    }
  });

  it('answer encrypt and decrypt without a key in the reference error shape', async () => {
    for (const [path, method] of [
      ['/encrypt', 'POST'],
      ['/encrypt/status', 'GET'],
      ['/decrypt/orders/prod', 'POST'],
    ] as const) {
      const reply = await ask(http.port, { path, method, ...(method === 'POST' ? { body: 'text' } : {}) });
      expect(reply.status).to.equal(404);
      expect(jsonOf(reply)).to.deep.equal({
        status: 'NO_KEY',
        description: 'No key was installed for encryption service',
      });
    }
  });
});

describe('the routes under a prefix', () => {
  let http: HttpFixture;
  before(async () => {
    http = await startHttp({ http: { prefix: '/config/v1.0+x' } });
    http.backend.addFile('nginx.conf', 'x');
  });
  after(() => http.server.close());

  const expected: Readonly<Record<string, number>> = {
    '/config/v1.0+x/orders/prod': 200,
    '/config/v1.0+x/orders-prod.yml': 200,
    '/config/v1.0+x/orders/prod/main/nginx.conf': 200,
    '/config/v1.0+x/encrypt/status': 404,
    '/config/v1.0+x/-/changes': 400,
    '/config/v1.0+x/actuator/prod': 200,
    '/config/v1.0+x': 404,
    '/config/v1.0+x/': 404,
    '/config/v1.0+xy/orders/prod': 404,
    '/config/v1x0+x/orders/prod': 404,
    '/orders/prod': 404,
    '/orders-prod.yml': 404,
    '/encrypt/status': 404,
    '/actuator/health': 200,
    '/monitor': 405,
    '/-/changes': 400,
    '/-/x': 404,
  };
  for (const [path, status] of Object.entries(expected)) {
    it(`answer ${status} at ${path}`, async () => {
      expect((await ask(http.port, { path })).status).to.equal(status);
    });
  }
});
