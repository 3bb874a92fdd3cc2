import { expect } from 'chai';
import { createRedactor } from '#server/backends/git/redact.js';

describe('redactor', () => {
  it('takes secrets out in every form they are sent in, and leaves the rest', () => {
    const redact = createRedactor({ username: 'u', password: 'p/w' }, undefined, { token: 'secret-token' });
    const basic = Buffer.from('u:p/w').toString('base64');

    expect(redact(`a p/w b p%2Fw c ${basic} d secret-token e`)).to.equal('a *** b *** c *** d *** e');
  });

  it('changes nothing where there is no secret', () => {
    expect(createRedactor(undefined, { username: 'u', password: '' })('u: text')).to.equal('u: text');
  });
});
