import { expect } from 'chai';
import { vaultComponent } from '#server/observability/vault-health.js';

describe('the health of the Vault of references', () => {
  it('is up once it has let the server in', () => {
    expect(vaultComponent({ isReady: true, lastSuccess: 4000, failure: null }, 10_500)).to.deep.equal({
      status: 'UP',
      details: { ageSeconds: 6 },
    });
  });

  it('is unknown while nothing has been asked', () => {
    expect(vaultComponent({ isReady: false, lastSuccess: null, failure: null }, 0)).to.deep.equal({
      status: 'UNKNOWN',
      details: {},
    });
  });

  it('is degraded, with the reason, while it does not answer', () => {
    expect(vaultComponent({ isReady: true, lastSuccess: 1000, failure: 'ECONNREFUSED' }, 500)).to.deep.equal({
      status: 'DEGRADED',
      details: { ageSeconds: 0, error: 'Vault cannot be read: ECONNREFUSED' },
    });
  });
});
