import { expect } from 'chai';
import type { Authenticator } from '#server/security/authenticator.js';
import { createAnonymousAuthenticator } from '#server/security/authenticator.js';
import type { Presented } from '#server/security/presented.js';
import { anonymousPrincipal, createPrincipal } from '#server/security/principal.js';
import { createWithdrawals } from '#server/security/withdrawals.js';
import { ask } from '../../support/ask.js';
import { startHttp } from '../../support/http-fixture.js';

describe('who asks', () => {
  it('is the anonymous principal where no security is configured', async () => {
    const authenticator = createAnonymousAuthenticator();
    const presented: Presented = { header: () => [], certificate: null, address: '127.0.0.1' };
    const principal = await authenticator.authenticate(presented, new AbortController().signal);
    const { isAnonymous } = authenticator;
    expect({ isAnonymous, principal, recognized: authenticator.recognize(presented) }).to.deep.equal({
      isAnonymous: true,
      principal: anonymousPrincipal,
      recognized: anonymousPrincipal,
    });
    expect(authenticator.presents(presented)).to.equal(false);
    authenticator.close();
  });

  it('is found out by the headers of the request, each time, before any backend is asked', async () => {
    const seen: (readonly string[])[] = [];
    const authenticator: Authenticator = {
      ...createAnonymousAuthenticator(),
      isAnonymous: false,
      authenticate: (presented) => {
        seen.push(
          ...['authorization', 'x-config-token', 'set-cookie', '__proto__'].map((name) => presented.header(name)),
        );
        return Promise.resolve(createPrincipal({ name: 'ci', scheme: 'api-token', roles: ['reader'] }));
      },
    };
    const http = await startHttp({ http: { authenticator } });
    const headers = { authorization: 'Bearer x', 'set-cookie': 'a=b' };
    for (let i = 0; i < 2; i += 1) await ask(http.port, { path: '/orders/prod', headers });
    const once = [['Bearer x'], [], ['a=b'], []];
    expect(seen).to.deep.equal([...once, ...once]);
    await http.server.close();
  });

  it('is nobody any more, before any backend is asked, once its credential is taken back', async () => {
    const withdrawals = createWithdrawals();
    const authenticator: Authenticator = {
      ...createAnonymousAuthenticator(),
      isAnonymous: false,
      withdrawals,
      authenticate: () => {
        const ci = createPrincipal({ name: 'ci', scheme: 'api-token', roles: ['reader'] });
        withdrawals.withdraw([ci]);
        return Promise.resolve(ci);
      },
    };
    const http = await startHttp({ http: { authenticator } });
    for (const path of ['/orders/prod', '/orders/prod/main/x.conf', '/-/changes?query=orders/prod'])
      expect((await ask(http.port, { path })).status, path).to.equal(401);
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
    await http.server.close();
  });

  it('decides: who cannot be recognized reaches no route', async () => {
    const authenticator: Authenticator = {
      ...createAnonymousAuthenticator(),
      isAnonymous: false,
      presents: () => true,
      authenticate: () => Promise.reject(new Error('no')),
    };
    const http = await startHttp({ http: { authenticator } });
    for (const path of ['/orders/prod', '/actuator/health', '/nothing']) {
      expect((await ask(http.port, { path })).status).to.equal(500);
    }
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
    await http.server.close();
  });
});
