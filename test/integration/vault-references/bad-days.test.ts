import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { kvOf, startFakeVault, type VaultAsked, type VaultSays } from '../../support/fake-vault.js';
import { freePort } from '../../support/free-port.js';
import {
  startReferringServer,
  type Answer,
  type ReferringServer,
  type ReferringServerOptions,
} from '../../support/referring-server.js';

const good = kvOf({ 'secret/db': { password: 'canary-1' } });
const files = {
  'orders.yml': 'password: ${vault:db#password}',
  'plain.yml': 'a: 1',
  'app.conf': '${vault:db#password}',
};
const noTime = 'auth: { token: root }\ntime-to-live: 0s';
const sealed: VaultSays = { status: 503, body: { errors: ['Vault is sealed: canary-of-vault'] } };

describe('a bad day of Vault, for who refers to it', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (options: Partial<ReferringServerOptions>) =>
    startReferringServer(cleanups, { files, says: good, ...options });

  /** The client is told what it may know; who runs the server, why. */
  const expectUnresolved = (server: ReferringServer, answer: Answer, why: string): void => {
    expect([answer.status, answer.json()['code']]).to.deep.equal([503, 'CONFIG_SECRET_UNRESOLVED']);
    expect(answer.headers['retry-after']).to.equal('5');
    expect(answer.text).not.to.contain(why);
    expect(server.log()).to.contain(`Vault cannot be read: ${why}.`);
  };
  const expectOthersServed = async ({ get }: ReferringServer): Promise<void> => {
    const { status, headers } = await get('/plain/default');
    expect([status, headers['x-config-stale']]).to.deep.equal([200, undefined]);
  };

  const days: readonly (readonly [string, VaultSays, string])[] = [
    ['is sealed', sealed, 'it answers 503: sealed, or not ready'],
    ['answers 429', { status: 429 }, 'it answers 429: too many requests'],
    ['answers 500', { status: 500, text: 'canary-of-vault' }, 'it answers 500'],
    ['does not answer', { isSilent: true }, 'no answer within 150 ms'],
    ['answers no JSON', { status: 200, text: '<html>canary-of-vault' }, 'it answers in another form than JSON'],
  ];
  for (const [what, says, why] of days) {
    it(`fails those environments alone where Vault ${what} and nothing is kept`, async () => {
      const server = await start({ says: () => says, vault: 'auth: { token: root }\ntimeout: 150ms' });
      expectUnresolved(server, await server.get('/orders/default'), why);
      expectUnresolved(server, await server.get('/orders/default/main/app.conf', { Accept: '*/*' }), why);
      await expectOthersServed(server);
      expect(server.log()).to.contain('CONFIG_SECRET_UNRESOLVED').and.not.contain('canary');
    });

    it(`goes on with what is kept, marked as stale, where Vault ${what}`, async () => {
      const server = await start({ vault: `${noTime}\ntimeout: 150ms` });
      const before = await server.get('/orders/default');
      expect([before.status, before.headers['x-config-stale']]).to.deep.equal([200, undefined]);
      server.vault.answer(() => says);
      for (const path of ['/orders/default', '/orders-default.yml', '/orders/default/main/app.conf']) {
        const { status, headers, text } = await server.get(path, { Accept: '*/*' });
        expect([status, headers['x-config-stale']]).to.deep.equal([200, 'true']);
        expect(text).to.contain('canary-1');
      }
      await expectOthersServed(server);
      const unchanged = await server.get('/orders/default', { 'If-None-Match': String(before.headers['etag']) });
      expect([unchanged.status, unchanged.headers['x-config-stale']]).to.deep.equal([304, 'true']);
    });
  }

  it('fails them once what is kept is past its limit, and is over when Vault is back', async () => {
    const server = await start({ vault: `${noTime}\nstale-limit: 1ms` });
    expect((await server.get('/orders/default')).status).to.equal(200);
    server.vault.answer(() => sealed);
    await eventually(async () => {
      expectUnresolved(server, await server.get('/orders/default'), 'it answers 503: sealed, or not ready');
      return true;
    });
    await expectOthersServed(server);
    server.vault.answer(good);
    const { status, headers } = await server.get('/orders/default');
    expect([status, headers['x-config-stale']]).to.deep.equal([200, undefined]);
  });

  it('is no reason not to start: environments are there when Vault is', async () => {
    const port = await freePort();
    const app = await start({ vault: `address: http://127.0.0.1:${port}\nauth: { token: root }` });
    expectUnresolved(app, await app.get('/orders/default'), 'ECONNREFUSED');
    await expectOthersServed(app);
    expect((await app.get('/actuator/health/readiness')).status).to.equal(200);
    cleanups.add(await startFakeVault(good, undefined, port));
    const text = await eventually(async () => {
      const { status, text: body } = await app.get('/orders/default');
      return status === 200 ? body : undefined;
    });
    expect(text).to.contain('canary-1');
  });

  it('follows no redirect with a token', async () => {
    const elsewhere = cleanups.add(await startFakeVault(good));
    const location = `${elsewhere.url}/v1/secret/db`;
    const server = await start({ says: () => ({ status: 307, headers: { location } }) });
    expectUnresolved(
      server,
      await server.get('/orders/default'),
      'it answers 307, a redirect, and no token is taken elsewhere',
    );
    expect(elsewhere.asked).to.deep.equal([]);
  });

  it('makes one path of ten that may not be read an invalid key, and the others are there', async () => {
    const says = ({ path }: VaultAsked): VaultSays =>
      path === 'secret/s7' ? { status: 403 } : { body: { data: { v: path } } };
    const text = Array.from({ length: 10 }, (_, i) => `k${i}: \${vault:s${i}#v}`).join('\n');
    const server = await start({ says, files: { 'orders.yml': text } });
    const { status, sources } = await server.get('/orders/default');
    expect(status).to.equal(200);
    const expected = Array.from({ length: 10 }, (_, i): [string, string] =>
      i === 7 ? ['invalid.k7', '<n/a>'] : [`k${i}`, `secret/s${i}`],
    );
    expect(sources()).to.deep.equal([JSON.stringify(Object.fromEntries(expected))]);
    const asked = server.vault.asked.length;
    await server.get('/orders/default');
    expect(server.vault.asked.slice(asked).filter(({ path }) => path.startsWith('secret'))).to.deep.equal([]);
  });

  it('takes no secret that is larger than a file may be, and goes on with the others', async () => {
    const huge = 'canary-2'.repeat(30_000);
    const says = kvOf({ 'secret/db': { password: 'canary-1' }, 'secret/huge': { v: huge } });
    const server = await start({
      says,
      files: { 'orders.yml': 'a: ${vault:huge#v}\nb: ${vault:db#password}' },
      more: 'limits: { file: 128KiB }',
    });
    expect((await server.get('/orders/default')).sources()).to.deep.equal(['{"invalid.a":"<n/a>","b":"canary-1"}']);
    expect(server.log()).to.contain('"reason":"unusable"').and.not.contain('canary');
  });
});
