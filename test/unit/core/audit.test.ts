import { expect } from 'chai';
import { noAudit, traceIdOf } from '#server/core/audit.js';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the trace id of a request', () => {
  it('is the second part of traceparent, whatever a later version adds', () => {
    expect(traceIdOf(`00-${id}-00f067aa0ba902b7-01`)).to.equal(id);
    expect(traceIdOf(`01-${id}-00f067aa0ba902b7-01-more`)).to.equal(id);
  });

  it('is nothing where the header is missing, malformed or says nothing', () => {
    const headers = [
      undefined,
      '',
      id,
      `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
      `ff-${id}-00f067aa0ba902b7-01`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${id}-00f067aa0ba902b7-01\nforged`,
    ];
    expect(headers.map(traceIdOf)).to.deep.equal(headers.map(() => null));
  });
});

describe('an audit that is not configured', () => {
  it('takes everything and keeps nothing', () => {
    const decision = {
      principal: 'anonymous',
      scheme: 'anonymous',
      method: 'GET',
      route: '/:application/:profiles',
      application: 'orders',
      profiles: 'prod',
      label: null,
      version: null,
      digest: null,
      isAllowed: true,
      rule: 'role reader',
    };
    expect(noAudit.isOn).to.equal(false);
    expect(noAudit.isReady()).to.equal(true);
    expect(noAudit.record(decision, { address: null, traceId: null })).to.equal(undefined);
  });
});
