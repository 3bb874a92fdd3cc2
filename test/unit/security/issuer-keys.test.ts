import { expect } from 'chai';
import { createOutgoing } from '#server/security/outgoing.js';
import { aBearerStage, nameIn, type BearerMore, type BearerStage } from '../../support/bearer-stage.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { startJsonServer } from '../../support/json-server.js';
import { selfSigned } from '../../support/self-signed.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import { aSigningKey, signToken, type SigningKey, type TestIssuer } from '../../support/test-issuer.js';

describe('the keys of an issuer', () => {
  const cleanups = createCleanups();
  const stage = (more: BearerMore = {}): Promise<BearerStage> => aBearerStage(cleanups, { published: [key], ...more });
  let key: SigningKey;
  before(async () => (key = await aSigningKey('k1')));
  afterEach(() => cleanups.run());

  const noKey = 'no key of its issuer is of its `kid`';
  const token = (one: BearerStage, signing = key): Promise<string> => signToken(one.claims(), signing);
  const down = { status: 503, text: 'down' };

  it('are looked up once for all who come at a time, and kept', async () => {
    const one = await stage();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, at) => signToken(one.claims({ jti: `${at}` }), key)),
    );
    const names = await Promise.all(tokens.map(async (each) => nameIn(await one.verify(each))));
    expect(new Set(names)).to.deep.equal(new Set(['orders']));
    one.time.now += 599_000;
    await one.verify(await token(one));
    expect(one.issuer.looks()).to.equal(1);
    one.time.now += 1000;
    await one.verify(await token(one));
    expect(one.issuer.looks()).to.equal(2);
  });

  it('are looked up anew for a token that was signed by one made a second ago', async () => {
    const one = await stage();
    await one.verify(await token(one));
    one.time.now += 1000;
    const fresh = await aSigningKey('k2');
    one.issuer.publish(fresh);
    expect(nameIn(await one.verify(await token(one, fresh)))).to.equal('orders');
    expect(nameIn(await one.verify(await token(one)))).to.equal(noKey);
    expect(one.issuer.looks()).to.equal(2);
  });

  it('are looked up anew where a key took the place of one with its `kid`', async () => {
    const one = await stage();
    await one.verify(await token(one));
    const fresh = await aSigningKey('k1');
    one.issuer.publish(fresh);
    expect(nameIn(await one.verify(await token(one, fresh)))).to.equal('orders');
  });

  it('are not looked up more often for a flood of unknown ones', async () => {
    const one = await stage();
    await one.verify(await token(one));
    for (let i = 0; i < 100; i += 1) {
      expect((await one.verify(await signToken(one.claims(), key, { kid: `unknown-${i}` }))).kind).to.equal('refused');
      one.time.now += 50;
    }
    expect(one.issuer.looks()).to.equal(2);
    one.time.now += 5000;
    await one.verify(await signToken(one.claims(), key, { kid: 'unknown' }));
    expect(one.issuer.looks()).to.equal(3);
  });

  it('that are known go on serving while the issuer is down, for a bounded time', async () => {
    const one = await stage();
    await one.verify(await token(one));
    one.issuer.answer(() => down);
    one.time.now += 600_000;
    for (let i = 0; i < 5; i += 1) expect(nameIn(await one.verify(await token(one)))).to.equal('orders');
    one.time.now += 3_599_000;
    expect(nameIn(await one.verify(await token(one)))).to.equal('orders');
    one.time.now += 1000;
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', async () => one.verify(await token(one)));
    expect(one.events).to.deep.equal([{ type: 'authentication-failed', issuer: 'it', message: 'the answer was 503' }]);
  });

  it('are had again when the issuer is back', async () => {
    const one = await stage();
    one.issuer.answer(() => down);
    const first = await token(one);
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => one.verify(first));
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => one.verify(first));
    expect(one.issuer.asked.length).to.equal(1);
    one.issuer.answer(() => ({ json: { keys: [key.publicJwk] } }));
    one.time.now += 10_000;
    expect(nameIn(await one.verify(first))).to.equal('orders');
    expect(one.events.map(({ type }) => type)).to.deep.equal(['authentication-failed', 'authentication-recovered']);
  });

  const { n, e } = { n: 'AQAB', e: 'AQAB' };
  const useless: readonly (readonly [string, Parameters<TestIssuer['answer']>[0], string])[] = [
    ['is slow', () => ({ hang: true }), 'no answer within 1000 ms'],
    ['is huge', () => ({ text: `{"keys": [${'{},'.repeat(100_000)}{}]}` }), 'the answer is larger than 16384 bytes'],
    [
      'leads elsewhere',
      () => ({ status: 302, text: '', headers: { Location: 'http://127.0.0.1:1/' } }),
      'the answer was 302',
    ],
    ['is no JSON', () => ({ text: '<html>' }), 'the answer is no JSON'],
    ['is a list', () => ({ json: [] }), 'the answer has no public key'],
    ['has no keys', () => ({ json: { keys: [] } }), 'the answer has no public key'],
    [
      'has shared secrets only',
      () => ({ json: { keys: [{ kty: 'oct', k: 'AAAA', kid: 'k1' }, null, 7] } }),
      'the answer has no public key',
    ],
    [
      'has private keys only',
      () => ({ json: { keys: [{ kty: 'RSA', n, e, d: 'AQAB' }] } }),
      'the answer has no public key',
    ],
  ];
  for (const [what, says, message] of useless) {
    it(`cannot be had where the answer ${what}`, async () => {
      const outgoing = createOutgoing({ ca: null, timeoutMs: 1000, maxBytes: 16 * 1024 });
      const one = await stage({ keys: { outgoing } });
      one.issuer.answer(says);
      const error = await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', async () => one.verify(await token(one)));
      expect(error.message).to.equal('The keys of the issuer cannot be had.');
      expect(one.events).to.deep.equal([{ type: 'authentication-failed', issuer: 'it', message }]);
      outgoing.close();
    });
  }

  it('are not taken where they cannot be used: the token is refused, and nothing breaks', async () => {
    const one = await stage();
    const broken = [
      { ...key.publicJwk, x: '!' },
      { ...key.publicJwk, crv: 'P-0' },
      { kty: 'EC', kid: 'k1', alg: 'ES256' },
    ];
    one.issuer.publish({ publicJwk: broken[0]! });
    for (const publicJwk of broken) {
      one.issuer.publish({ publicJwk });
      one.time.now += 600_000;
      expect((await one.verify(await token(one))).kind).to.equal('refused');
    }
  });

  it('are where the issuer’s metadata say', async () => {
    const one = await stage({ keys: { jwksUri: null } });
    expect(nameIn(await one.verify(await token(one)))).to.equal('orders');
    expect(one.issuer.asked.map(({ path }) => path)).to.deep.equal(['/.well-known/openid-configuration', '/jwks']);
  });

  it('are where the metadata of RFC 8414 say', async () => {
    const one = await stage({ keys: { jwksUri: null } });
    const { issuer, jwksUri } = one.issuer;
    one.issuer.answer(({ path }) => {
      if (path === '/jwks') return { json: { keys: [key.publicJwk] } };
      return path.endsWith('oauth-authorization-server')
        ? { json: { issuer, jwks_uri: jwksUri } }
        : { status: 404, json: {} };
    });
    expect(nameIn(await one.verify(await token(one)))).to.equal('orders');
  });

  const metadata: readonly (readonly [string, (issuer: string) => unknown, string])[] = [
    [
      'of another issuer',
      () => ({ issuer: 'https://evil.example', jwks_uri: 'https://evil.example/jwks' }),
      'they are of another issuer',
    ],
    [
      'that lead to plain HTTP',
      (issuer) => ({ issuer, jwks_uri: 'http://192.0.2.1/jwks' }),
      'they have no `jwks_uri` over https',
    ],
    [
      'that lead to a file',
      (issuer) => ({ issuer, jwks_uri: 'file:///etc/passwd' }),
      'they have no `jwks_uri` over https',
    ],
    ['without keys', (issuer) => ({ issuer }), 'they have no `jwks_uri` over https'],
  ];
  for (const [what, json, reason] of metadata) {
    it(`are not had from metadata ${what}`, async () => {
      const one = await stage({ keys: { jwksUri: null } });
      one.issuer.answer(() => ({ json: json(one.issuer.issuer) }));
      await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', async () => one.verify(await token(one)));
      expect(one.events[0]).to.have.property('message', `its metadata: ${reason}`);
    });
  }

  it('are asked for with the token that the issuer wants to see', async () => {
    const folder = cleanups.add(await aSettingsFolder());
    const tokenPath = await folder.write('token', 'canary\n');
    const one = await stage({ keys: { tokenPath } });
    one.issuer.answer(({ headers }) =>
      headers.authorization === undefined ? { status: 401, json: {} } : { json: { keys: [key.publicJwk] } },
    );
    expect(nameIn(await one.verify(await token(one)))).to.equal('orders');
    const failed = await stage({ keys: { tokenPath: `${tokenPath}.none` } });
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', async () => failed.verify(await token(failed)));
    expect(failed.events[0]).to.have.property('message', 'the file of the token for its keys cannot be read');
  });

  it('are had over TLS of an authority that is trusted only', async () => {
    const server = cleanups.add(await startJsonServer(() => ({ json: { keys: [key.publicJwk] } }), { tls: true }));
    const one = await stage({ keys: { jwksUri: new URL(`${server.url}/jwks`) } });
    await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', async () => one.verify(await token(one)));
    expect(one.events[0])
      .to.have.property('message')
      .that.matches(/^DEPTH_ZERO_SELF_SIGNED_CERT$/);
    expect(server.asked).to.deep.equal([]);
    const outgoing = createOutgoing({ ca: selfSigned.cert, timeoutMs: 2000, maxBytes: 4096 });
    const trusting = await stage({ keys: { jwksUri: new URL(`${server.url}/jwks`), outgoing } });
    expect(nameIn(await trusting.verify(await token(trusting)))).to.equal('orders');
    outgoing.close();
  });

  it('are no longer waited for by who has gone, or once it is closed', async () => {
    const one = await stage();
    one.issuer.answer(() => ({ hang: true }));
    const leaving = new AbortController();
    const each = await token(one);
    const waiting = one.scheme.verify({ kind: 'bearer', token: each }, leaving.signal).catch((error: unknown) => error);
    leaving.abort(new Error('gone'));
    expect(await waiting).to.have.property('message', 'gone');
    const other = one.verify(each).catch((error: unknown) => error);
    one.scheme.close?.();
    expect(await other).to.have.property('code', 'CONFIG_AUTHENTICATION_UNAVAILABLE');
    expect(one.events).to.deep.equal([]);
  });
});
