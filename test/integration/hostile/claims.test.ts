import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createToken } from '#server/app/credentials.js';
import { ask, type Reply } from '../../support/ask.js';
import { startCairnApp, type RunningApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { openPolicy } from '../../support/open-policy.js';
import { basicHeader } from '../../support/presented.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import { aSigningKey, startTestIssuer, type TestIssuer } from '../../support/test-issuer.js';

/** What has let people into other servers, or told them where they are. */
const claims: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the agent of a server (CVE-2021-29441)': { 'user-agent': 'Nacos-Server' },
  'the identity of a server': { serveridentity: 'security', 'x-internal-request': 'true' },
  'an address of this machine': {
    'x-forwarded-for': '127.0.0.1',
    'x-real-ip': '127.0.0.1',
    forwarded: 'for=127.0.0.1',
  },
  'a malformed address': { 'x-forwarded-for': 'a', forwarded: 'for="127.0.0.\\1"' },
  'a user that no gateway vouches for': {
    'x-forwarded-user': 'admin',
    'remote-user': 'admin',
    'x-remote-user': 'admin',
  },
  'a certificate in a header': {
    'x-ssl-client-verify': 'SUCCESS',
    'x-client-cert': 'CN=admin',
    'ssl-client-cert': 'x',
  },
  'another path': { 'x-original-url': '/actuator/health/liveness', 'x-rewrite-url': '/actuator/health/liveness' },
  'another method': { 'x-http-method-override': 'OPTIONS', 'x-method-override': 'HEAD' },
  'a webhook of a host': { 'x-github-event': 'push', 'x-gitlab-event': 'Push Hook' },
  'a scope for secrets': {
    'x-config-token': 'root',
    'x-config-instance': 'a',
    'x-vault-token': 'root',
    'x-project-id': 'p',
  },
  'a cookie of a session': { cookie: 'JSESSIONID=1; authenticated=true; access_token=x' },
  'a header of the connection': { connection: 'authorization, x-forwarded-for' },
};

/** Users and keys that other servers were shipped with. */
const defaults: readonly (readonly [string, string])[] = [
  ['nacos', 'nacos'],
  ['apollo', 'admin'],
  ['admin', 'admin'],
  ['admin', ''],
  ['root', 'root'],
  ['user', 'password'],
  ['root', 's3cr3t'],
  ['', ''],
];

function aForgedToken(issuer: string, key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: issuer, aud: 'cairn', sub: 'nacos', exp: 9e9 })}`;
  return `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}`;
}

describe('who claims to be somebody', () => {
  const cleanups = createCleanups();
  const { token, entry } = createToken({ name: 'ci', roles: 'admin', expires: '1d' }, Date.now());
  let issuer: TestIssuer;
  let secured: RunningApp;
  let open: RunningApp;
  before(async () => {
    issuer = cleanups.add(await startTestIssuer(await aSigningKey('k1')));
    const trusted = { issuer: issuer.issuer, audiences: ['cairn'], 'token-type': 'any', roles: ['admin'] };
    secured = await serve({ policy: openPolicy, tokens: { entries: [entry] }, bearer: { issuers: [trusted] } });
    open = await serve({ mode: 'none' });
  });
  after(() => cleanups.run());

  async function serve(security: object): Promise<RunningApp> {
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'key: canary\n');
    const sources = [{ type: 'native', 'search-locations': [folder.path] }];
    const settings = { observability: { log: { level: 'silent' } }, sources, security };
    return cleanups.add(await startCairnApp(await folder.write('cairn.json', JSON.stringify(settings))));
  }

  const paths = ['/orders/default', '/orders-default.yml', '/orders/default/main/orders.yml', '/actuator/info', '/key'];
  const withoutTime = ({ status, headerLines, body }: Reply): unknown => [
    status,
    headerLines,
    body.toString().replace(/"timestamp":"[^"]*"/, ''),
  ];

  for (const [what, headers] of Object.entries(claims))
    it(`is answered as anybody: ${what}`, async () => {
      // Once recognized, an answer is prepared: who comes next must not get it.
      expect(
        (await ask(secured.port, { path: paths[0]!, headers: { authorization: `Bearer ${token}` } })).status,
      ).to.equal(200);
      for (const path of paths) {
        const plain = await ask(secured.port, { path });
        expect(plain.status, path).to.equal(401);
        expect(withoutTime(await ask(secured.port, { path, headers })), path).to.deep.equal(withoutTime(plain));
      }
    });

  it('is nobody with what other servers were shipped with', async () => {
    const keys = ['SecretKey012345678901234567890123456789012345678901234567890123456789', 'secret', ''];
    const forged = keys.map((key) => `Bearer ${aForgedToken(issuer.issuer, key)}`);
    for (const authorization of [
      ...defaults.map(([name, word]) => basicHeader(name, word)),
      ...forged,
      'Bearer root',
      'Token x',
    ])
      expect((await ask(secured.port, { path: paths[0]!, headers: { authorization } })).status, authorization).to.equal(
        401,
      );
  });

  it('is nobody with an encrypted token, which nobody opens', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const header of [
      { alg: 'PBES2-HS256+A128KW', enc: 'A128CBC-HS256', p2c: 2 ** 31 - 1, p2s: 'AAAA', iss: issuer.issuer },
      { alg: 'dir', enc: 'A128GCM', zip: 'DEF', iss: issuer.issuer },
    ]) {
      const authorization = `Bearer ${part(header)}.AAAA.AAAA.${'A'.repeat(4000)}.AAAA`;
      expect((await ask(secured.port, { path: paths[0]!, headers: { authorization } })).status).to.equal(401);
    }
  });

  const poison: Readonly<Record<string, string>> = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'gopher',
    'x-forwarded-prefix': '/evil',
    'x-forwarded-port': '1',
    forwarded: 'host=evil.example;proto=gopher',
    'x-original-url': '/evil/default',
    'x-rewrite-url': '/evil/default',
    'x-http-method-override': 'DELETE',
    origin: 'https://evil.example',
    referer: 'https://evil.example',
  };

  for (const path of [
    '/orders/default',
    '/orders-default.json',
    '/orders/default/main/orders.yml',
    '/actuator',
    '/no/such/thing/here',
  ])
    it(`leaves nothing behind for those who come after, nor in an answer: ${path}`, async () => {
      const poisoned = [
        await ask(open.port, { path, headers: poison }),
        await ask(open.port, { path, headers: poison }),
      ];
      const plain = await ask(open.port, { path });
      for (const reply of poisoned) {
        expect(reply.headerLines.join() + reply.body.toString()).not.to.match(/evil|gopher/);
        expect(reply.headers).not.to.have.property('access-control-allow-origin');
        expect(withoutTime(reply)).to.deep.equal(withoutTime(plain));
      }
    });
});
