import { expect } from 'chai';
import type { HealthReport } from '#server/core/health.js';
import { ask, jsonOf } from '../../support/ask.js';
import { probesOf, startHttp, upReport, type HttpFixture } from '../../support/http-fixture.js';

const ACTUATOR_TYPE = 'application/vnd.spring-boot.actuator.v3+json';

describe('the actuator', () => {
  let http: HttpFixture;
  let report: HealthReport;
  before(async () => {
    http = await startHttp({ http: { health: probesOf(() => report), publicUrl: 'https://config.example.com' } });
  });
  beforeEach(() => {
    report = upReport;
  });
  after(() => http.server.close());

  it('lists its endpoints by the public address', async () => {
    expect(jsonOf(await ask(http.port, { path: '/actuator' }))).to.deep.equal({
      _links: {
        self: { href: 'https://config.example.com/actuator', templated: false },
        health: { href: 'https://config.example.com/actuator/health', templated: false },
        'health-path': { href: 'https://config.example.com/actuator/health/{*path}', templated: true },
        info: { href: 'https://config.example.com/actuator/info', templated: false },
      },
    });
  });

  it('tells the health of the whole and of each component, and asks no backend', async () => {
    expect(jsonOf(await ask(http.port, { path: '/actuator/health' }))).to.deep.equal({
      status: 'UP',
      components: { configServer: { status: 'UP', details: { repositories: [] } } },
      groups: ['liveness', 'readiness'],
    });
    const component = await ask(http.port, { path: '/actuator/health/configServer' });
    expect(jsonOf(component)).to.deep.equal({ status: 'UP', details: { repositories: [] } });
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0, stamp: 0 });
  });

  it('answers 503 where what is asked for is down, and liveness apart from it', async () => {
    const down = { status: 'DOWN' };
    report = {
      ...upReport,
      status: 'DOWN',
      components: { configServer: down },
    };
    const statuses: Record<string, number> = {};
    for (const path of ['', '/configServer', '/readiness', '/liveness']) {
      statuses[path] = (await ask(http.port, { path: `/actuator/health${path}` })).status;
    }
    expect(statuses).to.deep.equal({ '': 503, '/configServer': 503, '/readiness': 503, '/liveness': 200 });
  });

  it('knows no component that is not there, and none of an object itself', async () => {
    for (const name of ['nothing', '__proto__', 'constructor', 'toString']) {
      expect((await ask(http.port, { path: `/actuator/health/${name}` })).status).to.equal(404);
    }
  });

  it('tells what the server is', async () => {
    expect(jsonOf(await ask(http.port, { path: '/actuator/info' }))).to.deep.equal({
      build: { name: 'cairn-config-server', version: '0.0.0' },
    });
  });

  it('takes the media type of Spring Boot, and answers JSON', async () => {
    for (const accept of [ACTUATOR_TYPE, '*/*', 'application/json']) {
      const reply = await ask(http.port, { path: '/actuator/health', headers: { accept } });
      expect([reply.status, reply.headers['content-type']]).to.deep.equal([200, 'application/json']);
    }
    expect((await ask(http.port, { path: '/actuator/health', headers: { accept: 'text/html' } })).status).to.equal(406);
  });
});
