import { expect } from 'chai';
import { createApp } from '#server/app.js';
import { createToken } from '#server/app/credentials.js';
import { formatPasswordHash, hashPassword } from '#server/security/password-hash.js';
import { ask, jsonOf, sendRaw, type Question, type Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { expectError } from '../support/expect-error.js';
import { basicHeader } from '../support/presented.js';
import { openPolicy } from '../support/open-policy.js';
import { aSettingsFolder } from '../support/settings-folder.js';

const password = 'canary-p\u00e4ss:word';
const { token, entry } = createToken({ name: 'ci', roles: 'reader', expires: '1d' }, Date.now());

interface Stage {
  readonly port: number;
  readonly log: () => string;
  readonly get: (path: string, headers?: Question['headers']) => Promise<Reply>;
}

describe('a server with authentication', () => {
  const cleanups = createCleanups();
  let hash = '';
  // As cheap as is taken.
  const cost = { cost: 2 ** 14, blockSize: 8, parallelization: 1 };
  before(async () => (hash = formatPasswordHash(await hashPassword(password, cost))));
  afterEach(() => cleanups.run());

  async function stage(security: object): Promise<Stage> {
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'max-items: 50\n');
    const { settings } = await folder.load(
      'cairn.json',
      JSON.stringify({
        server: { port: 0 },
        observability: { log: { level: 'trace', format: 'json' } },
        sources: [{ type: 'native', 'search-locations': [folder.path] }],
        security: { policy: openPolicy, ...security },
      }),
    );
    let log = '';
    const app = createApp(settings, { stream: { write: (line: string) => ((log += line), true) } });
    const { port } = await app.start();
    cleanups.add({ close: () => app.close() });
    return { port, log: () => log, get: (path, headers = {}) => ask(port, { path, headers }) };
  }
  const users = () => ({ users: [{ name: 'J\u00fcrgen', 'password-hash': hash }] });
  const right = () => ({ authorization: basicHeader('J\u00fcrgen', password) });

  it('answers who has the password or the token, and nobody else, on every route', async () => {
    const { get } = await stage({ basic: users(), tokens: { entries: [entry] } });
    const paths = ['/orders/default', '/orders-default.yml', '/actuator/info', '/key', '/x'];
    for (const path of paths) {
      const with401 = [{}, { authorization: `${right().authorization}x` }, { authorization: `Bearer ${token}x` }];
      for (const headers of with401) expect((await get(path, headers)).status, path).to.equal(401);
      for (const headers of [right(), { authorization: `Bearer ${token}` }])
        expect((await get(path, headers)).status, path).not.to.equal(401);
    }
    expect((await get('/orders-default.yml', right())).body.toString()).to.equal('max-items: 50\n');
  });

  it('says how to authenticate, in a problem document that tells nothing of users', async () => {
    const { get } = await stage({ realm: 'Shop', basic: users(), tokens: { entries: [entry] } });
    const { status, headers, headerLines, body } = await get('/orders/default');
    expect({ status, type: headers['content-type'], cache: headers['cache-control'] }).to.deep.equal({
      status: 401,
      type: 'application/problem+json',
      cache: 'no-store',
    });
    expect(headerLines.filter((line) => line.startsWith('WWW-Authenticate'))).to.deep.equal([
      'WWW-Authenticate: Bearer realm="Shop"',
      'WWW-Authenticate: Basic realm="Shop", charset="UTF-8"',
    ]);
    expect(JSON.parse(body.toString())).to.deep.include({
      code: 'CONFIG_UNAUTHENTICATED',
      detail: 'The request brings no credential.',
    });
    const bodies: unknown[] = [];
    for (const [name, word] of [
      ['J\u00fcrgen', 'wrong'],
      ['nobody', password],
      ['__proto__', 'x'],
    ] as const) {
      const reply = await get('/orders/default', { authorization: basicHeader(name, word) });
      bodies.push({ ...jsonOf(reply), timestamp: 0, lines: reply.headerLines });
    }
    expect(bodies[1]).to.deep.equal(bodies[0]);
    expect(bodies[2]).to.deep.equal(bodies[0]);
  });

  it('lets probes ask for liveness and readiness without a credential', async () => {
    const { get } = await stage({ tokens: { entries: [entry] } });
    for (const probe of ['liveness', 'readiness']) {
      expect((await get(`/actuator/health/${probe}`)).status).to.equal(200);
      expect((await get(`/actuator/health/${probe}`, { authorization: 'Bearer x' })).status).to.equal(200);
    }
  });

  it('refuses two Authorization lines, whatever is in them, and headers past the limit', async () => {
    const { port } = await stage({ tokens: { entries: [entry] } });
    const send = (...lines: readonly string[]): Promise<string> =>
      sendRaw(port, ['GET /orders/default HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n'));
    const good = `Authorization: Bearer ${token}`;
    expect(await send(good)).to.match(/^HTTP\/1\.1 200 /);
    expect(await send(good, good))
      .to.match(/^HTTP\/1\.1 400 /)
      .and.contain('error="invalid_request"');
    expect(await send(good, 'authorization: Bearer x')).to.match(/^HTTP\/1\.1 400 /);
    expect(await send(`Authorization : Bearer ${token}`)).to.match(/^HTTP\/1\.1 400 /);
    expect(await send(`${good}\u0000`)).to.match(/^HTTP\/1\.1 400 /);
    expect(await send('Authorization: Bearer', ` ${token}`)).to.match(/^HTTP\/1\.1 (400|401) /);
    expect(await send(`${good}, Bearer ${token}`)).to.match(/^HTTP\/1\.1 401 /);
    expect(await send(`Authorization: Bearer ${'a'.repeat(64 * 1024)}`)).to.match(/^HTTP\/1\.1 431 /);
    expect(await send(`Authorization: Bearer ${'a'.repeat(15 * 1024)}`)).to.match(/^HTTP\/1\.1 401 /);
  });

  it('takes a token in the header alone: in the query or in another header it is none', async () => {
    const { get } = await stage({ tokens: { entries: [entry] } });
    const replies = [
      await get(`/orders/default?access_token=${token}`),
      await get('/orders/default', { 'x-api-key': token, 'proxy-authorization': `Bearer ${token}` }),
      await get('/orders/default', { cookie: `access_token=${token}` }),
    ];
    expect(replies.map(({ status }) => status)).to.deep.equal([401, 401, 401]);
  });

  it('computes a password once for a hundred clients that start together', async () => {
    const { get } = await stage({ basic: users() });
    const replies = await Promise.all(Array.from({ length: 100 }, () => get('/orders/default', right())));
    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([200]));
  });

  it('answers 503 to those past the queue when a hundred guesses come at once', async () => {
    const { get } = await stage({ basic: users() });
    const guesses = Array.from({ length: 100 }, (_, at) =>
      get('/orders/default', { authorization: basicHeader('J\u00fcrgen', `guess ${at}`) }),
    );
    const replies = await Promise.all(guesses);
    const busy = replies.filter(({ status }) => status === 503);
    expect(new Set(replies.map(({ status }) => status))).to.deep.equal(new Set([401, 503]));
    expect(busy[0]?.headers['retry-after']).to.equal('5');
    expect(jsonOf(busy[0]!)).to.include({ code: 'CONFIG_OVERLOADED' });
  });

  it('takes the one user of the reference’s names, with the password in clear', async () => {
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'max-items: 50\n');
    const text = (name: string, word: string): string => `server.port: 0
spring.profiles.active: native
spring.cloud.config.server.native.search-locations: "${folder.path}"
spring.security.user: { name: ${name}, password: "${word}", roles: [USER] }
`;
    const { settings } = await folder.load('application.yml', text('root', '{noop}s3cr3t'));
    const app = createApp(settings, { stream: { write: () => true } });
    const { port } = await app.start();
    cleanups.add({ close: () => app.close() });
    const get = (word: string) =>
      ask(port, { path: '/orders/default', headers: { authorization: basicHeader('root', word) } });
    expect((await get('s3cr3t')).status).to.equal(200);
    const authorization = basicHeader('root', 's3cr3t');
    for (const path of ['/orders-default.json', '/orders/default/main/orders.yml'])
      expect((await ask(port, { path, headers: { authorization, 'X-Config-Token': 'x' } })).status, path).to.equal(200);
    expect((await get('{noop}s3cr3t')).status).to.equal(401);
    const encoded = await folder.load('application.yml', text('root', '{bcrypt}canary'));
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      createApp(encoded.settings, { stream: { write: () => true } }).start(),
    );
    expect(error.message).to.contain('security.user').and.not.to.contain('canary');
  });

  it('does not start with a hash that is none', async () => {
    const bad = { users: [{ name: 'ann', 'password-hash': 'scrypt$16$8$1$canary$canary' }] };
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => stage({ basic: bad }));
    expect(error.message).to.contain('"ann"').and.contain('cairn password hash').and.not.to.contain('canary');
  });

  it('shows credentials nowhere: not in answers, not in the log at its most talkative', async () => {
    const { get, log } = await stage({ basic: users(), tokens: { entries: [entry] } });
    const seen: string[] = [];
    const credentials = [
      right().authorization,
      basicHeader('J\u00fcrgen', `${password}!`),
      basicHeader('canary-user', password),
      `Bearer ${token}`,
      `Bearer ${token.slice(0, -43)}${'x'.repeat(43)}`,
      'Bearer canary-opaque',
      'Digest canary-digest',
      'Basic canary-no-base64',
    ];
    for (const authorization of credentials)
      for (const path of ['/orders/default', '/actuator/health', '/nothing/at/all/x', '/orders/..%2f']) {
        const reply = await get(path, { authorization });
        seen.push(`${reply.headerLines.join('\n')}\n${reply.body.toString()}`);
      }
    await cleanups.run();
    expect(log()).to.contain('credential refused').and.contain(entry.id);
    const hidden = ['canary', token.slice(-43), hash, entry.hash, ...credentials.map((text) => text.split(' ')[1]!)];
    for (const text of [...seen, log()]) for (const secret of hidden) expect(text).not.to.contain(secret);
  });
});
