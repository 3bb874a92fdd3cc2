import { expect } from 'chai';
import { ask, sendRaw } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const always = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

describe('security headers', () => {
  let http: HttpFixture;
  afterEach(() => http.server.close());

  const questions = [
    { path: '/orders/prod' },
    { path: '/orders/prod', headers: { 'if-none-match': '*' } },
    { path: '/orders/prod', method: 'HEAD' },
    { path: '/orders/prod', method: 'OPTIONS' },
    { path: '/orders/prod', method: 'DELETE' },
    { path: '/orders/prod/missing' },
    { path: '/orders/..%2f' },
    { path: '/actuator/health' },
    { path: '/encrypt', method: 'POST', body: 'x' },
    { path: '/key' },
  ];

  it('are part of every answer, prepared or not, and nothing names the software', async () => {
    http = await startHttp();
    for (const question of [...questions, ...questions]) {
      const { headers } = await ask(http.port, question);
      expect(headers, question.path).to.include(always).and.not.have.any.keys('server', 'x-powered-by');
      expect(headers).not.to.have.property('strict-transport-security');
    }
  });

  it('are part of what is answered to no HTTP at all', async () => {
    http = await startHttp();
    const text = await sendRaw(http.port, 'GARBAGE\r\n\r\n');
    expect(text).to.match(/^HTTP\/1\.1 400 /);
    for (const [name, value] of Object.entries(always))
      expect(text.toLowerCase()).to.include(`${name}: ${value.toLowerCase()}`);
  });

  it('tell browsers to come by TLS only, where it is spoken', async () => {
    http = await startHttp({ http: { hstsSeconds: 600 } });
    for (let i = 0; i < 2; i += 1) {
      const { headers } = await ask(http.port, { path: '/orders/prod' });
      expect(headers['strict-transport-security']).to.equal('max-age=600');
    }
  });
});
