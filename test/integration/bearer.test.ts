import { expect } from 'chai';
import { createApp } from '#server/app.js';
import { ask, jsonOf, type Reply } from '../support/ask.js';
import { createCleanups } from '../support/cleanups.js';
import { expectError } from '../support/expect-error.js';
import { startJsonServer, type JsonServer } from '../support/json-server.js';
import { openPolicy } from '../support/open-policy.js';
import { selfSigned } from '../support/self-signed.js';
import { aSettingsFolder } from '../support/settings-folder.js';
import {
  accessTokenClaims,
  aSigningKey,
  rawToken,
  signToken,
  startTestIssuer,
  type SigningKey,
} from '../support/test-issuer.js';

const clientSecret = 'canary-client-secret';
const ownToken = 'canary-own-token';
const opaque = 'canary-opaque-token';
const account = 'system:serviceaccount:shop:orders';

interface Stage {
  readonly log: () => string;
  readonly get: (token: string, path?: string) => Promise<Reply>;
}

/** Knows one opaque token, and one service account. */
function startTokenServer(): Promise<JsonServer> {
  return startJsonServer(({ path, body }) => {
    if (path === '/introspect')
      return { json: { active: new URLSearchParams(body).get('token') === opaque, sub: 'opaque' } };
    const { spec } = JSON.parse(body) as { spec: { token: string } };
    return {
      status: 201,
      json: {
        status: { authenticated: spec.token.endsWith('.AAAA'), user: { username: account }, audiences: ['cairn'] },
      },
    };
  });
}

describe('a server with bearer tokens of others', () => {
  const cleanups = createCleanups();
  let key: SigningKey;
  before(async () => (key = await aSigningKey('k1')));
  afterEach(() => cleanups.run());

  async function start(security: object, tls: object = {}): Promise<Stage> {
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'max-items: 50\n');
    await folder.write('own-token', `${ownToken}\n`);
    const text = JSON.stringify({
      server: { port: 0, tls },
      observability: { log: { level: 'trace', format: 'json' } },
      sources: [{ type: 'native', 'search-locations': [folder.path] }],
      security: { policy: openPolicy, ...security },
    }).replaceAll('FOLDER', folder.path);
    const { settings } = await folder.load('cairn.json', text);
    let log = '';
    const app = createApp(settings, { stream: { write: (line: string) => ((log += line), true) } });
    const { port } = await app.start();
    cleanups.add({ close: () => app.close() });
    const get = (token: string, path = '/orders/default'): Promise<Reply> =>
      ask(port, { path, headers: { authorization: `Bearer ${token}` } });
    return { log: () => log, get };
  }

  async function stage(): Promise<
    Stage & { readonly tokens: JsonServer; readonly issuer: string; readonly sign: (more?: object) => Promise<string> }
  > {
    const issuer = cleanups.add(await startTestIssuer(key));
    const tokens = cleanups.add(await startTokenServer());
    const started = await start({
      bearer: {
        issuers: [
          { issuer: issuer.issuer, audiences: ['cairn'], roles: ['admin'], 'scope-mapping': { read: 'reader' } },
        ],
      },
      introspection: [
        { url: `${tokens.url}/introspect`, 'client-id': 'cairn', 'client-secret': clientSecret, roles: ['admin'] },
      ],
      kubernetes: {
        'api-server': tokens.url,
        'token-path': 'FOLDER/own-token',
        audiences: ['cairn'],
        'role-mapping': { [account]: 'admin, reader' },
      },
    });
    const sign = (more: object = {}): Promise<string> =>
      signToken(accessTokenClaims(issuer.issuer, Date.now(), more), key);
    return { ...started, tokens, issuer: issuer.issuer, sign };
  }
  const ofAccount = (signature = 'AAAA'): string =>
    rawToken({ alg: 'RS256' }, { sub: account, exp: Math.floor(Date.now() / 1000) + 60 }, signature);

  it('takes each token by the scheme that it is of', async () => {
    const { get, sign, tokens } = await stage();
    const each = [await sign(), opaque, ofAccount()];
    for (const token of each) expect((await get(token)).status, token).to.equal(200);
    expect(tokens.asked.map(({ path }) => path)).to.deep.equal([
      '/introspect',
      '/apis/authentication.k8s.io/v1/tokenreviews',
    ]);
    for (const token of each) expect((await get(token)).status, token).to.equal(200);
    expect(tokens.asked.length).to.equal(2);
    expect(tokens.asked[1]?.headers.authorization).to.equal(`Bearer ${ownToken}`);
  });

  it('refuses each that is wrong in the same way, and names Bearer', async () => {
    const { get, sign } = await stage();
    const wrong = [
      await sign({ aud: 'billing' }),
      await sign({ exp: 1 }),
      `${opaque}x`,
      ofAccount('BBBB'),
      rawToken({ alg: 'none' }, { sub: 'x' }),
    ];
    const told = new Set<string>();
    for (const token of wrong) {
      const reply = await get(token);
      const { timestamp: _, ...document } = jsonOf(reply);
      told.add(JSON.stringify([reply.status, reply.headers['www-authenticate'], document]));
    }
    expect(told.size).to.equal(1);
    expect([...told][0])
      .to.contain('error=\\"invalid_token\\"')
      .and.contain('"CONFIG_UNAUTHENTICATED"');
  });

  it('answers 503 where nobody can tell, and says so once in the log', async () => {
    const { get, tokens, log } = await stage();
    tokens.answer(() => ({ status: 500, text: 'canary-upstream' }));
    for (const token of ['one', 'two']) {
      const reply = await get(token);
      expect(reply.headers['retry-after']).to.equal('5');
      expect({ status: reply.status, code: jsonOf(reply)['code'] }).to.deep.equal({
        status: 503,
        code: 'CONFIG_AUTHENTICATION_UNAVAILABLE',
      });
    }
    expect(log().split('credentials cannot be checked').length).to.equal(2);
    expect(log()).not.to.contain('canary');
  });

  it('shows tokens and its own credentials nowhere', async () => {
    const { get, sign, log } = await stage();
    const good = [await sign({ secretive: 'canary' }), opaque, ofAccount()];
    const seen: string[] = [];
    for (const token of [...good, ...good.map((each) => `${each}x`), await sign({ aud: 'canary', exp: 1 })])
      for (const path of ['/orders/default', '/actuator/info', '/nothing/of/it']) {
        const reply = await get(token, path);
        seen.push(`${reply.headerLines.join('\n')}\n${reply.body.toString()}`);
      }
    await cleanups.run();
    const hidden = [clientSecret, ownToken, opaque, 'canary', ...good.map((token) => token.slice(-12))];
    for (const text of [...seen, log()]) for (const secret of hidden) expect(text).not.to.contain(secret);
  });

  const issuer = (more: object = {}): object => ({
    issuer: 'https://login.example.com',
    audiences: ['cairn'],
    ...more,
  });
  const server = (more: object = {}): object => ({
    url: 'https://x/i',
    'client-id': 'c',
    'client-secret': 'canary',
    ...more,
  });
  const mutual = {
    ...{ certificate: selfSigned.cert, key: selfSigned.key },
    ...{ 'client-authentication': 'optional', 'client-ca-certificates': selfSigned.cert },
  };
  const gateway = (more: object): object => ({
    gateway: { header: 'X-User', addresses: ['10.0.0.0/8'], certificates: ['dns:x'], ...more },
  });
  const invalid: readonly (readonly [string, object, string])[] = [
    [
      'an issuer that is no URL',
      { bearer: { issuers: [issuer({ issuer: 'login' })] } },
      '`security.bearer.issuers[0].issuer`',
    ],
    [
      'an issuer over plain HTTP',
      { bearer: { issuers: [issuer({ issuer: 'http://login.example.com' })] } },
      '`security.bearer.issuers[0].issuer` is no URL over https',
    ],
    [
      'keys behind a password',
      { bearer: { issuers: [issuer({ 'jwks-uri': 'https://x:canary@y/' })] } },
      '`security.bearer.issuers[0].jwks-uri` is no URL over https',
    ],
    ['an issuer without an audience', { bearer: { issuers: [issuer({ audiences: [] })] } }, 'audiences'],
    [
      'an algorithm of a shared secret',
      { bearer: { issuers: [issuer({ algorithms: ['HS256'] })] } },
      'takes a list of RS256',
    ],
    ['no algorithm', { bearer: { issuers: [issuer({ algorithms: ['none'] })] } }, 'takes a list of RS256'],
    [
      'roles that there are not',
      { bearer: { issuers: [issuer({ 'role-mapping': { ops: 'root' } })] } },
      'each with one or more of reader',
    ],
    [
      'an issuer twice',
      { bearer: { issuers: [issuer({ prefix: 'a' }), issuer({ prefix: 'b' })] } },
      '`security.bearer.issuers[1].issuer` is that of another',
    ],
    [
      'two issuers without prefixes',
      { bearer: { issuers: [issuer(), issuer({ issuer: 'https://other.example.com' })] } },
      '`security.bearer.issuers[1].prefix` is that of another',
    ],
    [
      'two introspections without prefixes',
      { introspection: [server(), server()] },
      '`security.introspection[1].prefix` is that of another',
    ],
    [
      'an introspection over plain HTTP',
      { introspection: [server({ url: 'http://192.0.2.1/' })] },
      '`security.introspection[0].url` is no URL over https',
    ],
    [
      'an active token taken for an hour',
      { introspection: [server({ 'cache-time': '1h' })] },
      '`security.introspection[0].cache-time`',
    ],
    [
      'service accounts for any audience',
      { kubernetes: { 'api-server': 'https://k' } },
      '`security.kubernetes.audiences` is missing',
    ],
    [
      'an API server that is none',
      { kubernetes: { 'api-server': 'k', audiences: ['cairn'] } },
      '`security.kubernetes.api-server`',
    ],
    [
      'a certificate of no form',
      { certificates: { entries: [{ identity: 'CN=x' }] } },
      '`security.certificates.entries[0].identity` is "CN=x"',
    ],
    ['a gateway anywhere', gateway({ addresses: [] }), '`security.gateway.addresses`'],
    ['a gateway at no address', gateway({ addresses: ['x'] }), '`security.gateway.addresses` is [x]'],
    ['a gateway without a certificate', gateway({ certificates: [] }), '`security.gateway.certificates` is missing'],
    ['a gateway with a certificate of no form', gateway({ certificates: ['x'] }), '`security.gateway.certificates[0]`'],
    [
      'a gateway by a header of others',
      gateway({ header: 'Authorization' }),
      '`security.gateway.header` is "Authorization"',
    ],
    ['a gateway by no header', gateway({ 'roles-header': 'a b' }), '`security.gateway.roles-header` is "a b"'],
  ];
  for (const [what, security, told] of invalid) {
    it(`does not start with ${what}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => start(security, mutual));
      expect(error.message).to.contain(told).and.not.to.contain('canary');
    });
  }
});
