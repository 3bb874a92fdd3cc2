import { expect } from 'chai';
import { createApp } from '#server/app.js';
import { ask, jsonOf, type Question, type Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { kvOf, startFakeVault, type FakeVault, type VaultSays } from '../support/fake-vault.js';
import { aSettingsFolder } from '../support/settings-folder.js';

const secret = 'canary-secret-4711';
const token = 'hvs.canary-token-4711';
const passing = { 'X-Config-Token': token };

interface Stage {
  readonly vault: FakeVault;
  readonly log: () => string;
  readonly get: (path: string, headers?: Question['headers']) => Promise<Reply>;
}

describe('a server with secrets of Vault', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  /** The whole server at its most talkative, over a Vault where `orders` has a secret. */
  async function stage(source: string): Promise<Stage> {
    const vault = cleanups.add(await startFakeVault(kvOf({ 'kv/orders': { password: secret, plain: 'x' } })));
    const folder = cleanups.add(await aSettingsFolder());
    const { settings } = await folder.load(
      'cairn.yml',
      `server: { port: 0 }
observability: { log: { level: trace, format: json } }
sources: [{ type: vault, address: "${vault.url}", backend: kv, ${source} }]
`,
    );
    let log = '';
    const stream = { write: (line: string) => ((log += line), true) };
    const app = createApp(settings, { stream, environment: { XDG_STATE_HOME: folder.path } });
    const { port } = await app.start();
    cleanups.add({ close: () => app.close() });
    return { vault, log: () => log, get: (path, headers = {}) => ask(port, { path, headers }) };
  }

  const textOf = ({ headerLines, body }: Reply): string => `${headerLines.join('\n')}\n${body.toString()}`;
  const sourceIn = (reply: Reply): unknown => jsonOf(reply)['propertySources'];
  const found = [{ name: 'vault:orders', source: { password: secret, plain: 'x' } }];

  it('answers each caller what its own token reads', async () => {
    const { get, vault } = await stage('time-to-live: 60s');
    vault.answer((asked) =>
      asked.token === token ? kvOf({ 'kv/orders': { password: secret } })(asked) : { status: 403 },
    );
    expect((await get('/orders/default', passing)).status).to.equal(200);
    expect((await get('/orders/default', { 'X-Config-Token': 'other' })).status).to.equal(403);
    expect((await get('/orders/default')).status).to.equal(400);
    expect((await get('/orders/default', { 'X-Config-Token': 'x'.repeat(5000) })).status).to.equal(400);
  });

  it('answers with its own token, and does not look at the caller’s', async () => {
    const { get, vault } = await stage(`auth: { token: "${token}" }`);
    expect(sourceIn(await get('/orders/default', { 'X-Config-Token': 'ignored' }))).to.deep.equal(found);
    expect([...new Set(vault.asked.map((asked) => asked.token))]).to.deep.equal([token]);
  });

  it('answers conditional requests, and says nothing of the secret in the tag', async () => {
    const { get } = await stage(`auth: { token: "${token}" }`);
    const { headers } = await get('/orders/default');
    const again = await get('/orders/default', { 'If-None-Match': headers.etag! });
    expect(again.status).to.equal(304);
  });

  it('goes on answering while Vault is down, marked as stale', async () => {
    const { get, vault } = await stage(`auth: { token: "${token}" }, time-to-live: 0s`);
    const before = await get('/orders/default');
    vault.answer(() => ({ status: 503 }));
    const after = await get('/orders/default');
    expect(before.headers).not.to.have.property('x-config-stale');
    expect({ status: after.status, source: sourceIn(after) }).to.deep.equal({ status: 200, source: found });
    expect(after.headers).to.have.property('x-config-stale');
  });

  it('reads each key once for 1000 requests at a time, over 32 connections at most', async () => {
    const { get, vault } = await stage(`auth: { token: "${token}" }`);
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
    vault.answer(async () => {
      await turn();
      return { status: 404 };
    });
    const paths = Array.from({ length: 1000 }, (_, at) => `/service-${at % 100}/a,b,c`);
    const replies = await Promise.all(paths.map((path) => get(path)));
    expect(replies.filter(({ status }) => status !== 200)).to.deep.equal([]);
    // Four keys a service, four of all, and the token's own.
    expect(vault.asked.length).to.equal(100 * 4 + 4 + 1);
    expect(vault.mostAtOnce).to.be.within(2, 32);
    await get('/service-1/a,b,c');
    expect(vault.asked.length).to.equal(405);
  });

  const failures: readonly VaultSays[] = [
    { status: 403, body: { errors: [`permission denied ${token}`] } },
    { status: 400, body: { errors: [secret] } },
    { status: 429, text: secret },
    { status: 500, text: secret },
    { status: 503, body: { errors: ['Vault is sealed'] } },
    { status: 307, headers: { Location: `http://127.0.0.1:1/${secret}` } },
    { text: `{"data": "${secret}` },
    { body: { data: secret } },
  ];
  const paths = ['/orders/default', '/orders-default.yml', '/orders-default.json', '/orders/default/main/x.txt'];
  const clean = [
    '/actuator/health',
    '/actuator/info',
    '/orders/default/main/x.txt',
    '/orders/a%23b',
    '/encrypt/status',
  ];

  for (const [who, source] of [
    ['of callers', 'time-to-live: 0s, stale-limit: 0s'],
    ['of the server', `auth: { token: "${token}" }, time-to-live: 0s, stale-limit: 0s`],
  ] as const) {
    it(`shows the secret and the token ${who} nowhere but in the answers that have the secret`, async () => {
      const { get, vault, log } = await stage(source);
      const seen: string[] = [];
      for (const path of paths.slice(0, 3)) expect((await get(path, passing)).body.toString()).to.contain(secret);
      for (const path of clean) seen.push(textOf(await get(path, passing)));
      for (const says of failures) {
        vault.answer(({ path }) => (path.startsWith('auth/') ? { body: { data: { ttl: 0 } } } : says));
        for (const path of [...paths, '/actuator/health']) {
          const reply = await get(path, passing);
          if (path !== '/actuator/health') expect(reply.status).to.be.within(400, 503);
          seen.push(textOf(reply));
        }
      }
      await cleanups.run();
      expect(log()).to.contain('Vault').and.contain('/orders/default');
      for (const text of [...seen, log()]) expect(text).not.to.contain(secret).and.not.to.contain(token);
    });
  }
});
