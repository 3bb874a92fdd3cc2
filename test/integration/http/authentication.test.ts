import { expect } from 'chai';
import type { Authenticator } from '#server/security/authenticator.js';
import { createAnonymousAuthenticator } from '#server/security/authenticator.js';
import { anonymousPrincipal } from '#server/security/principal.js';
import { ask } from '../../support/ask.js';
import { startHttp } from '../../support/http-fixture.js';

describe('who asks', () => {
  it('is the anonymous principal where no security is configured', async () => {
    const authenticator = createAnonymousAuthenticator();
    const principal = await authenticator.authenticate({ header: () => undefined }, new AbortController().signal);
    expect([authenticator.isAnonymous, principal]).to.deep.equal([true, anonymousPrincipal]);
  });

  it('is found out by the headers of the request, each time, before any backend is asked', async () => {
    const seen: (string | undefined)[] = [];
    const authenticator: Authenticator = {
      isAnonymous: false,
      authenticate: (presented) => {
        seen.push(
          ...['authorization', 'x-config-token', 'set-cookie', '__proto__'].map((name) => presented.header(name)),
        );
        return Promise.resolve({ name: 'ci', scheme: 'token' });
      },
    };
    const http = await startHttp({ http: { authenticator } });
    const headers = { authorization: 'Bearer x', 'set-cookie': 'a=b' };
    for (let i = 0; i < 2; i += 1) await ask(http.port, { path: '/orders/prod', headers });
    const once = ['Bearer x', undefined, 'a=b', undefined];
    expect(seen).to.deep.equal([...once, ...once]);
    await http.server.close();
  });

  it('decides: who cannot be recognized reaches no route', async () => {
    const authenticator: Authenticator = { isAnonymous: false, authenticate: () => Promise.reject(new Error('no')) };
    const http = await startHttp({ http: { authenticator } });
    for (const path of ['/orders/prod', '/actuator/health', '/nothing']) {
      expect((await ask(http.port, { path })).status).to.equal(500);
    }
    expect(http.backend.calls).to.include({ resolve: 0, readFile: 0 });
    await http.server.close();
  });
});
