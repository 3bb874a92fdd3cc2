import { expect } from 'chai';
import type { RateLimitOptions } from '#server/http/rate-limits.js';
import { trustedProxies } from '#server/http/client-address.js';
import { createAuthenticator } from '#server/security/authenticator.js';
import { createPrincipal } from '#server/security/principal.js';
import { refused, type Scheme } from '#server/security/scheme.js';
import { ask, jsonOf, type Reply } from '../../support/ask.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';
import { createManualClock, type ManualClock } from '../../support/manual-clock.js';

const waiting: (() => void)[] = [];

/** Until ten wait. */
function together(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 10) for (const go of waiting.splice(0)) go();
  });
}

/** The token is the name. */
const scheme: Scheme = {
  name: 'bearer',
  challenge: 'Bearer',
  takes: ({ kind }) => kind === 'bearer',
  verify: async (credential) => {
    const name = credential.kind === 'bearer' ? credential.token : '';
    if (name.startsWith('together')) await together();
    if (!/^(orders|billing|known|right)$/.test(name)) return refused('it is wrong');
    const principal = createPrincipal({ name, scheme: 'bearer', roles: ['reader'] });
    return { kind: 'recognized', principal, rememberMs: 60_000 };
  },
};

describe('rate limits', () => {
  let http: HttpFixture;
  let clock: ManualClock;
  beforeEach(() => (clock = createManualClock()));
  afterEach(() => http.server.close());

  async function start(limits: Partial<RateLimitOptions>, isKnown = true): Promise<void> {
    const rateLimits = {
      perAddress: null,
      perPrincipal: null,
      failures: null,
      most: 100,
      now: () => clock.now(),
      ...limits,
    };
    const emit = (): void => undefined;
    const options = {
      schemes: [scheme],
      realm: 'cairn',
      gateway: null,
      mostRemembered: 100,
      emit,
      now: () => clock.now(),
    };
    const authenticator = createAuthenticator(options);
    const trusted = trustedProxies(['127.0.0.1']) ?? null;
    http = await startHttp({ http: { rateLimits, trustedProxies: trusted, ...(isKnown && { authenticator }) } });
  }
  const get = (headers: Readonly<Record<string, string>> = {}, path = '/orders/prod'): Promise<Reply> =>
    ask(http.port, { path, headers });
  const as = (name: string, from = '203.0.113.1') => ({ authorization: `Bearer ${name}`, 'x-forwarded-for': from });
  const statuses = async (count: number, headers: () => Readonly<Record<string, string>>): Promise<number[]> => {
    const found: number[] = [];
    for (let i = 0; i < count; i += 1) found.push((await get(headers())).status);
    return found;
  };

  it('tell how much is left, and when to ask again', async () => {
    await start({ perAddress: { perSecond: 0.5, burst: 3 } }, false);
    const replies = [await get(), await get(), await get({}, '/orders'), await get()];
    expect(replies.map(({ status }) => status)).to.deep.equal([200, 200, 404, 429]);
    expect(replies.map(({ headers }) => headers['ratelimit'])).to.deep.equal([
      '"address";r=2;t=2',
      '"address";r=1;t=4',
      '"address";r=0;t=6',
      '"address";r=0;t=6',
    ]);
    for (const { headers } of replies) expect(headers['ratelimit-policy']).to.equal('"address";q=3;w=6');
    const last = replies[3] ?? expect.fail('no reply');
    expect(last.headers).to.include({
      'retry-after': '2',
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
    });
    expect(jsonOf(last)).to.include({
      code: 'CONFIG_RATE_LIMITED',
      status: 429,
      path: '/orders/prod',
      detail: 'This address has sent too many requests (server.rate-limits); ask again in 2 s.',
    });
    clock.pass(2000);
    expect(await statuses(2, () => ({}))).to.deep.equal([200, 429]);
  });

  it('are for each address before the proxies that are trusted', async () => {
    await start({ perAddress: { perSecond: 1, burst: 1 } }, false);
    const from = (address: string) => get({ 'x-forwarded-for': address });
    const found = [await from('203.0.113.1'), await from('203.0.113.2'), await from('6.6.6.6, 203.0.113.1')];
    expect(found.map(({ status }) => status)).to.deep.equal([200, 200, 429]);
  });

  it('are for each principal, wherever it asks from, prepared answers too', async () => {
    await start({ perPrincipal: { perSecond: 1, burst: 4 } });
    let from = 0;
    expect(await statuses(6, () => as('orders', `203.0.113.${(from += 1)}`))).to.deep.equal([
      200, 200, 200, 200, 429, 429,
    ]);
    const other = await get(as('billing'));
    expect([other.status, other.headers['ratelimit']]).to.deep.equal([200, '"principal";r=3;t=1']);
    expect((await get(as('orders'))).headers).to.include({ 'retry-after': '1', ratelimit: '"principal";r=0;t=4' });
    clock.pass(1000);
    expect(await statuses(2, () => as('orders'))).to.deep.equal([200, 429]);
  });

  it('slow down who guesses: the right credential too, unless it was known before', async () => {
    await start({ failures: { perSecond: 0.1, burst: 3 } });
    expect(await statuses(1, () => as('known'))).to.deep.equal([200]);
    let guess = 0;
    expect(await statuses(5, () => as(`wrong-${(guess += 1)}`))).to.deep.equal([401, 401, 401, 429, 429]);
    expect(await statuses(1, () => as('right'))).to.deep.equal([429]);
    expect(await statuses(1, () => as('known'))).to.deep.equal([200]);
    expect(await statuses(1, () => as('right', '203.0.113.2'))).to.deep.equal([200]);
    clock.pass(10_000);
    expect(await statuses(2, () => as(`wrong-${(guess += 1)}`))).to.deep.equal([401, 429]);
  });

  it('count guesses that come together', async () => {
    await start({ failures: { perSecond: 0.1, burst: 2 } });
    await Promise.all(Array.from({ length: 10 }, (_, i) => get(as(`together-${i}`))));
    clock.pass(10_000);
    expect(await statuses(1, () => as('wrong'))).to.deep.equal([429]);
  });

  it('do not count a request without a credential as a guess', async () => {
    await start({ failures: { perSecond: 0.1, burst: 1 } });
    expect(await statuses(3, () => ({}))).to.deep.equal([401, 401, 401]);
  });

  it('answer HEAD without a body', async () => {
    await start({ perAddress: { perSecond: 1, burst: 1 } }, false);
    await get();
    const reply = await ask(http.port, { path: '/orders/prod', method: 'HEAD' });
    expect([reply.status, reply.body.length]).to.deep.equal([429, 0]);
  });
});
