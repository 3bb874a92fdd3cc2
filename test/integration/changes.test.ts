import { expect } from 'chai';
import { join } from 'node:path';
import { createApp } from '#server/app.js';
import { createToken } from '#server/app/credentials.js';
import { connectHttp2 } from '../support/ask-http2.js';
import { ask } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { openEvents, openEventsHttp2, type EventReader } from '../support/event-reader.js';
import { createFakeKv } from '../support/fake-kv.js';
import { startFakeVault } from '../support/fake-vault.js';
import { aFolder } from '../support/folders.js';
import { aRepository } from '../support/git-repository.js';
import { openPolicy } from '../support/open-policy.js';
import { aSettingsFolder } from '../support/settings-folder.js';
import { accessTokenClaims, aSigningKey, signToken, startTestIssuer } from '../support/test-issuer.js';
import { serverAuthority, startTlsStage } from '../support/tls-stage.js';

const path = '/-/changes?application=orders&profiles=prod&query=billing/prod';
const reader = createToken({ name: 'ann', roles: 'reader', expires: '1d' }, Date.now());
const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

describe('changes of a server, as a stream tells them', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function start(settings: object): Promise<number> {
    const folder = cleanups.add(await aSettingsFolder());
    const whole = { server: { port: 0 }, 'data-directory': join(folder.path, 'state'), ...settings };
    const { settings: loaded } = await folder.load('cairn.json', JSON.stringify(whole));
    const app = createApp(loaded, { stream: { write: () => true } });
    cleanups.add({ close: () => app.close() });
    return (await app.start()).port;
  }
  async function open(port: number, at = path, headers = {}): Promise<EventReader> {
    return cleanups.add(await openEvents(port, { path: at, headers }));
  }
  async function aGitServer(more: object = {}) {
    const files = { 'orders.yml': 'max-items: 50\n', 'billing.yml': 'provider: acme\n' };
    const repository = cleanups.add(await aRepository().create());
    await repository.commit({ files });
    const port = await start({
      sources: [{ type: 'git', uri: repository.uri, 'refresh-interval': '100ms' }],
      ...more,
    });
    return { repository, port };
  }

  it('come by each commit for what it touched, with the digest of the answer', async () => {
    const { repository, port } = await aGitServer();
    const stream = await open(port);
    await Promise.all([stream.next(), stream.next()]);
    await repository.commit({ files: { 'billing.yml': 'provider: stripe\n' } });
    expect((await stream.next()).data).to.include({ application: 'billing' });
    const version = await repository.commit({ files: { 'orders.yml': 'max-items: 75\n' } });
    const { data } = await stream.next();
    const { headers } = await ask(port, { path: '/orders/prod' });
    const digest = headers['x-config-digest'];
    expect(data).to.deep.equal({ application: 'orders', profiles: 'prod', label: null, version, digest });
  });

  it('go on where the client was, after it has been away', async () => {
    const { repository, port } = await aGitServer();
    const first = await open(port);
    await first.next();
    const { id } = await first.next();
    await first.close();
    const version = await repository.commit({ files: { 'billing.yml': 'provider: stripe\n' } });
    const { data } = await (await open(port, path, { 'last-event-id': id })).next();
    expect([data['application'], data['version']]).to.deep.equal(['billing', version]);
  });

  const sources = new Map<string, (folder: string) => object>([
    ['that is a source', () => ({ type: 'vault', 'kv-version': 2 })],
    ['that values refer to', (folder) => ({ type: 'native', 'search-locations': [folder] })],
  ]);
  for (const [which, sourceOf] of sources)
    it(`come by a secret ${which}, when it is rotated`, async () => {
      const kv = createFakeKv({ orders: { password: 'canary-before' } });
      const vault = cleanups.add(
        await startFakeVault((asked) => (asked.path.startsWith('auth/') ? { status: 403 } : kv.answer(asked))),
      );
      const files = cleanups.add(await aFolder({ 'orders.yml': 'password: "{vault}:orders#password"\n' }));
      const port = await start({
        sources: [sourceOf(files.path)],
        vault: { address: vault.url, auth: { token: 'server' }, 'time-to-live': '1h' },
        secrets: {
          'poll-interval': '20ms',
          'kv-version': 2,
          allow: [{ applications: ['orders'], paths: ['secret/orders'] }],
        },
      });
      const stream = await open(port, '/-/changes?query=orders/default');
      const first = await stream.next();
      kv.write('orders', { password: 'canary-after' });
      const second = await stream.next();
      const { headers } = await ask(port, { path: '/orders/default' });
      expect(second.data['digest']).to.equal(headers['x-config-digest']).and.not.equal(first.data['digest']);
      expect(stream.text()).not.to.contain('canary');
    });

  it('come over HTTP/2 too, and end with the server', async () => {
    const own = createCleanups();
    const stage = await startTlsStage(own);
    const client = connectHttp2(stage.port, { ca: serverAuthority.cert });
    cleanups.add({ close: () => Promise.resolve(void client.socket.destroy()) });
    const streams = [1, 2].map(() => openEventsHttp2(client.session, { path: '/-/changes?query=orders/default' }));
    const [one, other] = await Promise.all(streams);
    expect([one?.status, one?.headers['content-type']]).to.deep.equal([200, 'text/event-stream']);
    expect((await one?.next())?.data).to.include({ application: 'orders', label: null });
    await other?.next();
    await other?.close();
    await own.run();
    expect(await one?.ended).to.equal(true);
  });

  it('ends with the token that it was opened with, which is refused afterwards', async () => {
    const key = await aSigningKey('k1');
    const { issuer } = cleanups.add(await startTestIssuer(key));
    const { port } = await aGitServer({
      security: {
        bearer: { issuers: [{ issuer, audiences: ['cairn'], roles: ['reader'], 'clock-skew': '0s' }] },
        policy: openPolicy,
      },
    });
    const exp = Math.floor(Date.now() / 1000) + 2;
    const token = await signToken(accessTokenClaims(issuer, Date.now(), { exp }), key);
    const stream = await open(port, path, bearer(token));
    await stream.next();
    expect(await stream.ended).to.equal(true);
    expect(Date.now()).to.be.at.least(exp * 1000 - 5);
    expect((await ask(port, { path, headers: bearer(token) })).status).to.equal(401);
  });

  it('end by a policy file that does not allow them any more', async () => {
    const rule = (application: string): string =>
      `rules:\n  - { name: it, principals: [ann], applications: [${application}, billing] }\n`;
    const place = cleanups.add(await aFolder({ 'policy.yml': rule('orders') }));
    const { port } = await aGitServer({
      security: { tokens: { entries: [reader.entry] }, 'policy-file': join(place.path, 'policy.yml') },
    });
    const [both, billing] = [
      await open(port, path, bearer(reader.token)),
      await open(port, '/-/changes?query=billing/prod', bearer(reader.token)),
    ];
    await Promise.all([both.next(), billing.next()]);
    await place.write({ 'policy.yml': rule('other') });
    expect(await both.ended).to.equal(true);
    expect((await ask(port, { path, headers: bearer(reader.token) })).status).to.equal(403);
    expect(billing.text()).to.contain('billing');
  });
});
