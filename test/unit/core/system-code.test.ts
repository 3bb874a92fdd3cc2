import { expect } from 'chai';
import { systemCode } from '#server/core/system-code.js';

describe('the code of an error of the system', () => {
  const coded = (code: unknown): Error => Object.assign(new Error('canary'), { code });
  it('is told where it is one', () => {
    expect(systemCode(coded('ECONNREFUSED'))).to.equal('ECONNREFUSED');
    expect(systemCode(coded('CERT_HAS_EXPIRED'))).to.equal('CERT_HAS_EXPIRED');
  });

  it('is not told where it may be a text', () => {
    for (const code of ['canary', 'E', 'HTTP://CANARY', '', 7, `E${'A'.repeat(61)}`])
      expect(systemCode(coded(code)), String(code)).to.equal(undefined);
    expect(systemCode(new Error('canary'))).to.equal(undefined);
    expect(systemCode({ code: 'ENOENT' })).to.equal(undefined);
  });
});
