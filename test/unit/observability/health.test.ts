import { expect } from 'chai';

import { ConfigServerError } from '#server/core/errors.js';
import { healthHttpStatus } from '#server/core/health.js';
import { createHealth } from '#server/observability/health.js';
import type { HealthOptions, SourceHealth } from '#server/observability/health.js';

const good: SourceHealth = { name: 'main', ready: true, lastSuccess: 4000, error: null };

function aHealth(options: Partial<HealthOptions> = {}) {
  return createHealth({
    isEnabled: true,
    downStatus: 'DOWN',
    acceptEmpty: true,
    checks: [],
    lookUp: () => Promise.resolve({ sources: ['repo/application.yml'] }),
    sources: () => [good],
    isServing: () => true,
    now: () => 10_000,
    ...options,
  });
}

describe('health', () => {
  it('is up with what the usual lookup finds', async () => {
    expect(await aHealth().report()).to.deep.equal({
      status: 'UP',
      groups: ['liveness', 'readiness'],
      components: {
        configServer: {
          status: 'UP',
          details: {
            repositories: [{ name: 'app', profiles: ['default'], sources: ['repo/application.yml'] }],
            sources: [{ name: 'main', ready: true, ageSeconds: 6 }],
          },
        },
        livenessState: { status: 'UP' },
        readinessState: { status: 'UP' },
      },
    });
  });

  it('has what else there is beside it', async () => {
    const { status, components } = await aHealth({ others: () => ({ vault: { status: 'DEGRADED' } }) }).report();
    expect([status, Object.keys(components), components['vault']]).to.deep.equal([
      'UP',
      ['configServer', 'vault', 'livenessState', 'readinessState'],
      { status: 'DEGRADED' },
    ]);
  });

  it('tells of each lookup that is configured', async () => {
    const checks = [
      { application: 'orders', profiles: ['dev', 'prod'], label: 'v1' },
      { application: 'billing', profiles: [], label: null },
    ];
    const lookUp: HealthOptions['lookUp'] = ({ label }) => Promise.resolve({ sources: label === null ? [] : ['x'] });
    const { components } = await aHealth({ checks, lookUp }).report();
    expect(components['configServer']?.details?.['repositories']).to.deep.equal([
      { name: 'orders', profiles: ['dev', 'prod'], label: 'v1', sources: ['x'] },
      { name: 'billing' },
    ]);
  });

  it('is down with the first lookup that fails, and says only public text', async () => {
    const error = new ConfigServerError('CONFIG_SOURCE_UNAVAILABLE', 'main has never been read', {
      diagnostics: { path: '/var/lib/canary' },
    });
    const report = await aHealth({
      downStatus: 'FATAL',
      lookUp: () => Promise.reject(error),
      sources: () => [{ name: 'main', ready: false, lastSuccess: null, error: 'connection refused' }],
    }).report();
    expect(report.status).to.equal('OUT_OF_SERVICE');
    expect(report.components['configServer']).to.deep.equal({
      status: 'FATAL',
      details: {
        repository: { application: 'app', profiles: 'default' },
        error: 'CONFIG_SOURCE_UNAVAILABLE: main has never been read',
        sources: [{ name: 'main', ready: false, error: 'connection refused' }],
      },
    });
  });

  it("is as its other parts are where a status is the operator's own", async () => {
    const lookUp = (): Promise<never> => Promise.reject(new ConfigServerError('CONFIG_LABEL_NOT_FOUND', 'none'));
    const statuses = await Promise.all(
      ['FATAL', 'down', 'OUT_OF_SERVICE', 'UNKNOWN'].map(async (downStatus) => {
        const { status, components } = await aHealth({ downStatus, lookUp }).report();
        return [status, components['configServer']?.status];
      }),
    );
    expect(statuses).to.deep.equal([
      ['UP', 'FATAL'],
      ['down', 'down'],
      ['OUT_OF_SERVICE', 'OUT_OF_SERVICE'],
      ['UP', 'UNKNOWN'],
    ]);
  });

  it('does not tell what an unexpected error says', async () => {
    const { components } = await aHealth({ lookUp: () => Promise.reject(new Error('canary')) }).report();
    expect(JSON.stringify(components)).to.contain('CONFIG_INTERNAL').and.not.contain('canary');
  });

  it('is down where nothing is found and empty answers are not accepted', async () => {
    const lookUp = (): Promise<never> => Promise.reject(new ConfigServerError('CONFIG_APPLICATION_NOT_FOUND', 'none'));
    const { components } = await aHealth({ acceptEmpty: false, lookUp }).report();
    expect(components['configServer']).to.deep.equal({
      status: 'DOWN',
      details: {
        acceptEmpty: false,
        repositories: [{ name: 'app', profiles: ['default'] }],
        sources: [{ name: 'main', ready: true, ageSeconds: 6 }],
      },
    });
    expect((await aHealth({ acceptEmpty: true, lookUp }).report()).status).to.equal('UP');
  });

  it('warns of a broken file that an older commit stands in for', async () => {
    const stale = { file: 'orders.yml', line: 3 };
    const { components } = await aHealth({ lookUp: () => Promise.resolve({ sources: ['x'], stale }) }).report();
    expect(components['configServer']?.details?.['repositories']).to.deep.equal([
      { name: 'app', profiles: ['default'], sources: ['x'], stale },
    ]);
  });

  it('leaves configServer out where it is off', async () => {
    const { components } = await aHealth({ isEnabled: false }).report();
    expect(Object.keys(components)).to.deep.equal(['livenessState', 'readinessState']);
  });

  it('is not ready before the first good copy and while it stops, and alive all the time', () => {
    const unread = aHealth({ sources: () => [{ ...good, ready: false }] });
    const stopping = aHealth({ isServing: () => false });
    const readiness = [unread, stopping, aHealth()].map((health) => health.readiness().status);
    expect(readiness).to.deep.equal(['OUT_OF_SERVICE', 'OUT_OF_SERVICE', 'UP']);
    expect([unread, stopping].map((health) => health.liveness().status)).to.deep.equal(['UP', 'UP']);
  });

  it('answers 503 for down and out of service, however they are written', () => {
    const statuses = ['UP', 'UNKNOWN', 'DOWN', 'OUT_OF_SERVICE', 'out-of-service', 'FATAL'].map(healthHttpStatus);
    expect(statuses).to.deep.equal([200, 200, 503, 503, 503, 200]);
  });
});
