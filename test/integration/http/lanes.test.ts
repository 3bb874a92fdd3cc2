import { expect } from 'chai';
import { createAnonymousAuthenticator } from '#server/security/authenticator.js';
import { ask, type Question, type Reply } from '../../support/ask.js';
import { aSource } from '../../support/fake-backend.js';
import { startHttp, type HttpFixture } from '../../support/http-fixture.js';

const V2 = 'application/vnd.spring-cloud.config-server.v2+json';
const MARKED = 'application/vnd.cairn.environment+json';
const values = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key.${i}`, `caf\u00e9 \u4e2d ${i}`]));
const sources = [aSource('repo/a.yml', values), aSource('repo/b.yml', { port: 1n, url: '${port}' })];

/** One server with the hot lane, one that has to ask who asks and so goes through Koa each time. */
async function twins(): Promise<{ hot: HttpFixture; koa: HttpFixture }> {
  const clock = { now: () => 5_000 };
  const hot = await startHttp({ environments: clock, http: { takesInstances: true } });
  const authenticator = {
    ...createAnonymousAuthenticator(),
    isAnonymous: false,
    presents: () => true,
    recognize: () => undefined,
  };
  const koa = await startHttp({ environments: clock, http: { authenticator, takesInstances: true } });
  for (const { backend } of [hot, koa]) {
    backend.serve('v1', 'c', sources);
    backend.addFile('x.conf', 'x');
  }
  return { hot, koa };
}

const comparable = ({ status, headerLines, body }: Reply): unknown => ({
  status,
  headerLines: [...headerLines].sort(),
  body: body.toString('latin1'),
});

const targets = [
  '/orders/prod',
  '/orders/prod/main',
  '/orders/prod?x=1',
  '/orders;v=1/prod',
  '/orders-prod.yml',
  '/orders-prod.json?resolvePlaceholders=false',
  '/main/orders-prod.properties',
  '/orders/prod/missing',
  '/orders/prod/main/x.conf',
  '/orders/..%2f',
  '/orders',
  '/actuator/health',
];
const preferences: readonly Readonly<Record<string, string>>[] = [
  {},
  { accept: '*/*' },
  { accept: V2 },
  { accept: MARKED },
  { accept: `${MARKED}, ${V2};q=0.9, application/json;q=0.8` },
  { accept: 'text/html' },
  { 'accept-encoding': 'gzip' },
  { 'accept-encoding': 'br, gzip;q=0.1', accept: V2 },
  { 'accept-encoding': 'identity;q=0' },
  { 'if-none-match': '*' },
  { 'if-none-match': '"other"' },
  { 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' },
  { authorization: 'Basic eDp5', 'x-config-token': 'x' },
  { 'x-config-instance': 'a' },
  { 'x-config-instance': 'a', accept: V2 },
  { 'x-config-instance': 'a b' },
  { prefer: 'wait=1' },
  { connection: 'close' },
];

describe('the hot lane', () => {
  let hot: HttpFixture;
  let koa: HttpFixture;
  beforeEach(async () => {
    ({ hot, koa } = await twins());
  });
  afterEach(() => Promise.all([hot.server.close(), koa.server.close()]));

  const questions: readonly Question[] = targets.flatMap((path) =>
    preferences.flatMap((headers) => ['GET', 'HEAD'].map((method) => ({ path, headers, method }))),
  );

  it('answers every request as the way through Koa does: status, headers, bytes', async () => {
    for (const question of [...questions, ...questions]) {
      const answers = [await ask(hot.port, question), await ask(koa.port, question)].map(comparable);
      expect(answers[0], JSON.stringify(question)).to.deep.equal(answers[1]);
    }
    expect(hot.backend.calls.resolve).to.be.lessThan(koa.backend.calls.resolve);
  });

  it('asks the backend for its stamp only, while that stands', async () => {
    await ask(hot.port, { path: '/orders/prod' });
    const { resolve } = hot.backend.calls;
    for (let i = 0; i < 5; i += 1) expect((await ask(hot.port, { path: '/orders/prod' })).status).to.equal(200);
    expect(hot.backend.calls.resolve).to.equal(resolve);
  });

  it('answers a poll with 304 without asking for the environment', async () => {
    const { etag = '' } = (await ask(hot.port, { path: '/orders/prod' })).headers;
    hot.backend.change({ version: 'v2' });
    const poll: Question = { path: '/orders/prod', headers: { 'if-none-match': etag } };
    expect((await ask(hot.port, poll)).status).to.equal(304);
    const { resolve } = hot.backend.calls;
    const again = await ask(hot.port, poll);
    expect([again.status, again.headers['x-config-version'], hot.backend.calls.resolve]).to.deep.equal([
      304,
      'v2',
      resolve,
    ]);
  });

  it('gives the new answer as soon as the stamp has moved', async () => {
    for (const version of ['v2', 'v3', 'v4']) {
      hot.backend.change({ version });
      for (let i = 0; i < 2; i += 1) {
        const reply = await ask(hot.port, { path: '/orders/prod' });
        expect(reply.headers['x-config-version']).to.equal(version);
        expect(reply.body.toString()).to.include(`"version":"${version}"`);
      }
    }
  });

  it('keeps nothing of an answer during which the stamp has moved', async () => {
    const open = hot.backend.hold();
    const before = ask(hot.port, { path: '/orders/prod' });
    while (hot.backend.calls.resolve === 0) await new Promise(setImmediate);
    hot.backend.change({ version: 'v2' });
    open();
    expect((await before).headers['x-config-version']).to.equal('v1');
    expect((await ask(hot.port, { path: '/orders/prod' })).headers['x-config-version']).to.equal('v2');
  });

  it('keeps nothing where the backend promises nothing', async () => {
    Object.assign(hot.backend, { stamp: () => undefined });
    for (let i = 0; i < 3; i += 1) await ask(hot.port, { path: '/orders/prod' });
    expect(hot.backend.calls.resolve).to.equal(3);
  });

  it('keeps nothing for a target or a preference that is very long', async () => {
    const question = { path: '/orders/prod', headers: { accept: `application/json, x/${'a'.repeat(3000)}` } };
    for (let i = 0; i < 2; i += 1) expect((await ask(hot.port, question)).status).to.equal(200);
    expect(hot.backend.calls.resolve).to.equal(2);
  });

  it('writes large bodies too', async () => {
    const large = aSource('repo/large.yml', { text: '\u4e2d'.repeat(50_000) });
    for (const { backend } of [hot, koa]) backend.serve('v1', 'large', [large]);
    for (let i = 0; i < 2; i += 1) {
      const [one, other] = [await ask(hot.port, { path: '/l/p' }), await ask(koa.port, { path: '/l/p' })];
      expect(one.body.equals(other.body)).to.equal(true);
    }
  });
});
