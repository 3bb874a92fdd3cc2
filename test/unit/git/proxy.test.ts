import { expect } from 'chai';
import { chooseProxy, type ProxyServer } from '#server/backends/git/proxy.js';
import { describeFailure, describeStatus } from '#server/backends/git/remote-failure.js';

const aProxy = (...noProxy: string[]): ProxyServer => ({ host: 'proxy.example.com', port: 3128, noProxy });
const remote = new URL('https://git.example.com/shop.git');

describe('the proxy of a remote', () => {
  const exempt = ['*', 'git.example.com', 'GIT.Example.com', '.example.com', '*.example.com', '*ample.com', 'git.*'];
  for (const pattern of exempt) {
    it(`is left out for a host that matches ${pattern}`, () => {
      expect(chooseProxy(remote, { https: aProxy('other', ` ${pattern} `) })).to.equal(undefined);
    });
  }

  for (const pattern of ['example.com', 'git.example', '*.example.org', 'hub.*', '']) {
    it(`is used for a host that does not match '${pattern}'`, () => {
      const https = aProxy(pattern);
      expect(chooseProxy(remote, { https })).to.equal(https);
    });
  }

  it('is the one for the scheme, and the only one where there is one', () => {
    const [http, https] = [aProxy(), aProxy()];
    const plain = new URL('http://git.example.com/shop.git');
    expect(chooseProxy(remote, { http, https })).to.equal(https);
    expect(chooseProxy(remote, { http })).to.equal(http);
    expect(chooseProxy(plain, { http, https })).to.equal(http);
    expect(chooseProxy(plain, { https })).to.equal(https);
    expect(chooseProxy(plain, undefined)).to.equal(undefined);
  });
});

describe('what is said of a remote that fails', () => {
  const coded = (code: unknown): Error => Object.assign(new Error('canary'), { code });
  const failures: readonly (readonly [error: unknown, text: string])[] = [
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'cannot be reached within 50 ms'],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'was silent for 50 ms'],
    [coded('ECONNREFUSED'), 'cannot be reached (ECONNREFUSED)'],
    [coded(7), 'cannot be reached'],
    ['canary', 'cannot be reached'],
  ];
  for (const [error, text] of failures) {
    it(`is '${text}', from its code alone`, () => {
      expect(describeFailure(error, 50)).to.equal(text);
    });
  }

  it('tells missing from refused credentials, and a missing repository from other statuses', () => {
    expect(describeStatus(401, false)).to.equal('asks for credentials, and none are set (status 401)');
    expect(describeStatus(403, true)).to.equal('refuses the credentials (status 403)');
    expect(describeStatus(404, false)).to.equal('has no repository there (status 404)');
    expect(describeStatus(502, false)).to.equal('answers with status 502');
  });
});
