import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { createPrincipal, type Role } from '#server/security/principal.js';
import { aBearerStage, nameIn, start, type BearerMore, type BearerStage } from '../../support/bearer-stage.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { aSigningKey, rawToken, signToken, startTestIssuer, type SigningKey } from '../../support/test-issuer.js';

describe('bearer tokens', () => {
  const cleanups = createCleanups();
  const stage = (more: BearerMore = {}): Promise<BearerStage> =>
    aBearerStage(cleanups, { published: [key, rsa], ...more });
  let key: SigningKey;
  let rsa: SigningKey;
  before(async () => {
    key = await aSigningKey('k1');
    rsa = await aSigningKey('r1', 'RS256');
  });
  afterEach(() => cleanups.run());

  it('are recognized with the name, the roles and the end that they tell', async () => {
    const { scheme, verify, claims } = await stage({
      mapping: {
        prefix: 'shop:',
        roles: ['reader'],
        roleClaims: ['realm_access.roles', 'https://example.com/groups', 'missing.path', '__proto__.x'],
        roleMap: new Map<string, Role[]>([
          ['ops', ['operator']],
          ['keys', ['encryptor']],
        ]),
        scopeMap: new Map<string, Role[]>([
          ['config:audit', ['auditor']],
          ['toString', ['admin']],
        ]),
      },
    });
    const more = {
      realm_access: { roles: ['ops', 'admin', 7] },
      'https://example.com/groups': 'keys',
      scope: 'a config:audit',
    };
    const token = await signToken(claims(more), key);
    expect(scheme.takes({ kind: 'bearer', token })).to.equal(true);
    const roles = ['reader', 'operator', 'encryptor', 'auditor'] as const;
    const expiresAt = start + 330_000;
    const principal = createPrincipal({ name: 'shop:orders', scheme: 'bearer', roles, expiresAt });
    expect(await verify(token)).to.deep.equal({ kind: 'recognized', principal });
  });

  it('are taken in every algorithm that is allowed, and by keys without a `kid`', async () => {
    const [eddsa, pss] = [await aSigningKey('e1', 'EdDSA'), await aSigningKey('p1', 'PS256')];
    const { verify, claims, issuer } = await stage({ published: [key, rsa, eddsa, pss] });
    for (const one of [key, rsa, eddsa, pss])
      expect(nameIn(await verify(await signToken(claims(), one)))).to.equal('orders');
    const [first, second] = [await aSigningKey('x'), await aSigningKey('y')];
    const bare = [first, second].map(({ publicJwk: { kid: _, ...publicJwk } }) => ({ publicJwk }));
    issuer.publish(...bare);
    const token = await signToken(claims(), second, { kid: undefined });
    expect(nameIn(await verify(token))).to.equal('orders');
    expect(nameIn(await verify(await signToken(claims(), await aSigningKey('z'), { kid: undefined })))).to.equal(
      'its signature is wrong',
    );
    expect(issuer.looks()).to.equal(2);
  });

  it('may call their type by its whole name', async () => {
    const { verify, claims } = await stage();
    expect(nameIn(await verify(await signToken(claims(), key, { typ: 'application/AT+JWT' })))).to.equal('orders');
  });

  it('may be for one of several audiences, and told in a list', async () => {
    const { verify, claims } = await stage();
    for (const aud of ['config', ['other', 'cairn']])
      expect(nameIn(await verify(await signToken(claims({ aud }), key)))).to.equal('orders');
  });

  const seconds = start / 1000;
  const wrongClaims: readonly (readonly [string, object, string])[] = [
    ['that have expired', { exp: seconds - 31 }, 'it has expired'],
    ['that are not valid yet', { nbf: seconds + 31 }, 'its `nbf` is not taken'],
    ['for another audience', { aud: 'billing' }, 'its `aud` is not taken'],
    ['for other audiences', { aud: ['billing', 'x'] }, 'its `aud` is not taken'],
    ['for an audience that begins with ours', { aud: 'cairn2' }, 'its `aud` is not taken'],
    ['without an audience', { aud: undefined }, 'its claim `aud` is missing'],
    ['without an end', { exp: undefined }, 'its claim `exp` is missing'],
    ['with an end that is a text', { exp: '9999999999' }, 'its `exp` is not taken'],
    ['without a subject', { sub: undefined }, 'its claim `sub` is missing'],
    ['without a client', { client_id: undefined }, 'its claim `client_id` is missing'],
    ['without a time of issue', { iat: undefined }, 'its claim `iat` is missing'],
    ['without an id', { jti: undefined }, 'its claim `jti` is missing'],
    ['with an empty name', { sub: '' }, 'none of its claims sub is a name'],
    ['with a name that has NUL', { sub: 'a\0b' }, 'none of its claims sub is a name'],
    ['with a name that is no text', { sub: { $ne: null } }, 'none of its claims sub is a name'],
    ['with a name without end', { sub: 'x'.repeat(257) }, 'none of its claims sub is a name'],
  ];
  for (const [what, more, reason] of wrongClaims) {
    it(`are refused ${what}`, async () => {
      const { verify, claims } = await stage();
      expect(nameIn(await verify(await signToken(claims(more), key)))).to.equal(reason);
    });
  }

  it('are taken a little past their end and before their beginning: clocks differ', async () => {
    const { verify, claims } = await stage();
    const ended = await verify(await signToken(claims({ exp: seconds - 29 }), key));
    expect(ended).to.have.nested.property('principal.expiresAt', start + 1000);
    expect(nameIn(await verify(await signToken(claims({ nbf: seconds + 29 }), key)))).to.equal('orders');
  });

  const notAllowed = 'its `alg` is not allowed';
  const noKey = 'no key of its issuer is of its `kid`';
  const hostile: readonly (readonly [string, (claims: Record<string, unknown>) => string | Promise<string>, string])[] =
    [
      ['`alg: none`', (claims) => rawToken({ alg: 'none', typ: 'at+jwt' }, claims), notAllowed],
      ['`alg: NoNe` and a signature', (claims) => rawToken({ alg: 'NoNe', kid: 'k1' }, claims, 'AAAA'), notAllowed],
      ['HS256 with the public key in PEM', (claims) => hs256(claims, rsa.pem), notAllowed],
      [
        'HS256 with the public key’s modulus',
        (claims) => hs256(claims, Buffer.from(rsa.publicJwk.n!, 'base64url')),
        notAllowed,
      ],
      ['HS256 with nothing', (claims) => hs256(claims, ''), notAllowed],
      ['no `alg`', (claims) => rawToken({ kid: 'k1' }, claims, 'AAAA'), 'it is not a signed JSON Web Token'],
      [
        'a signature that is not there',
        (claims) => rawToken({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' }, claims),
        'its signature is wrong',
      ],
      ['a `kid` that is a path', (claims) => signToken(claims, key, { kid: '../../../../dev/null' }), noKey],
      ['a `kid` that is SQL', (claims) => signToken(claims, key, { kid: "' OR '1'='1' --" }), noKey],
      ['a `kid` that objects have', (claims) => signToken(claims, key, { kid: '__proto__' }), noKey],
      ['a `kid` without end', (claims) => signToken(claims, key, { kid: 'k'.repeat(8000) }), noKey],
      ['a `kid` of an RSA key for ES256', (claims) => signToken(claims, key, { kid: 'r1' }), noKey],
      ['a key of someone else', async (claims) => signToken(claims, await aSigningKey('k1')), 'its signature is wrong'],
      [
        'a `crit` that nobody knows',
        (claims) => rawToken({ alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 }, claims, 'AAAA'),
        'it is not a signed JSON Web Token',
      ],
      ['an ID token’s `typ`', (claims) => signToken(claims, key, { typ: 'JWT' }), 'its `typ` is not taken'],
      ['no `typ`', (claims) => signToken(claims, key, { typ: undefined }), 'its `typ` is not taken'],
    ];
  function hs256(claims: object, secret: string | Buffer): string {
    const unsigned = rawToken({ alg: 'HS256', typ: 'at+jwt', kid: 'r1' }, claims).slice(0, -1);
    return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
  }
  for (const [what, make, reason] of hostile) {
    it(`are refused with ${what}`, async () => {
      const { verify, claims } = await stage();
      expect(nameIn(await verify(await make(claims())))).to.equal(reason);
    });
  }

  const withoutKeys: readonly (readonly [string, (claims: object) => string, string])[] = [
    ['no signature', (claims) => rawToken({ alg: 'none', typ: 'at+jwt' }, claims), notAllowed],
    ['a shared secret', (claims) => hs256(claims, 'x'), notAllowed],
    [
      'an algorithm that is not allowed',
      (claims) => rawToken({ alg: 'ES512', typ: 'at+jwt' }, claims, 'AA'),
      notAllowed,
    ],
    ['the type of others', (claims) => rawToken({ alg: 'ES256', typ: 'JWT' }, claims, 'AA'), 'its `typ` is not taken'],
    ['no type', (claims) => rawToken({ alg: 'ES256' }, claims, 'AA'), 'its `typ` is not taken'],
    [
      'a `crit` that nobody knows',
      (claims) => rawToken({ alg: 'ES256', typ: 'at+jwt', crit: ['x'], x: 1 }, claims, 'AA'),
      'it is not a signed JSON Web Token',
    ],
    ['a header that is none', (claims) => rawToken(['ES256'], claims, 'AA'), 'it is not a signed JSON Web Token'],
  ];
  for (const [what, make, reason] of withoutKeys) {
    it(`are refused with ${what} even while the keys of their issuer cannot be had, and without a look for them`, async () => {
      const { verify, claims, issuer } = await stage();
      issuer.answer(() => ({ status: 500, json: {} }));
      expect(nameIn(await verify(make(claims())))).to.equal(reason);
      expect(issuer.asked).to.deep.equal([]);
      const right = await signToken(claims(), key);
      await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => verify(right));
    });
  }

  it('are refused where a part of them was changed', async () => {
    const { verify, claims, scheme } = await stage();
    const token = await signToken(claims(), key);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(claims({ sub: 'admin' }))).toString('base64url');
    for (const changed of [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${header}.${payload}.`,
    ])
      expect((await verify(changed)).kind).to.equal('refused');
    for (const none of [`${token}.x.y`, header, `${header}.${payload}`, `${header}.!.${signature}`, `..`])
      expect(scheme.takes({ kind: 'bearer', token: none }), none).to.equal(false);
  });

  it('are refused, and break nothing, with any part of them replaced', async () => {
    const { verify, claims } = await stage();
    const token = await signToken(claims(), key);
    // The last character of a signature has bits that mean nothing.
    const place = fc.integer({ min: 0, max: token.length - 2 });
    await fc.assert(
      fc.asyncProperty(place, fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), async (at, text) => {
        const changed = token.slice(0, at) + text + token.slice(at + text.length);
        if (changed !== token) expect((await verify(changed)).kind).to.equal('refused');
      }),
      { numRuns: 150 },
    );
  });

  it('bring no keys of their own: `jku`, `x5u`, `jwk` and `x5c` are not looked at', async () => {
    const foreign = await aSigningKey('k1');
    const trap = cleanups.add(await startTestIssuer(foreign));
    const { verify, claims } = await stage();
    const headers = [
      { jku: trap.jwksUri },
      { x5u: `${trap.issuer}/x5u` },
      { jwk: foreign.publicJwk },
      { x5c: ['MIIB'] },
      { jku: trap.jwksUri, kid: 'unknown' },
    ];
    for (const header of headers)
      expect((await verify(await signToken(claims(), foreign, header))).kind).to.equal('refused');
    expect(trap.asked).to.deep.equal([]);
  });

  it('of other issuers are left to other schemes', async () => {
    const { scheme, claims, issuer } = await stage();
    for (const iss of [
      'https://evil.example',
      `${issuer.issuer}/`,
      issuer.issuer.toUpperCase(),
      undefined,
      [issuer.issuer],
    ])
      expect(scheme.takes({ kind: 'bearer', token: rawToken({ alg: 'ES256' }, claims({ iss }), 'AA') })).to.equal(
        false,
      );
    expect(scheme.takes({ kind: 'basic', encoded: 'x' })).to.equal(false);
    expect(issuer.asked).to.deep.equal([]);
  });

  it('are taken of issuers that mark theirs otherwise, where that is allowed', async () => {
    const { verify, claims } = await stage({ rules: { accessTokensOnly: false } });
    const bare = claims({ client_id: undefined, jti: undefined, iat: undefined });
    expect(nameIn(await verify(await signToken(bare, key, { typ: undefined })))).to.equal('orders');
    expect(nameIn(await verify(await signToken({ ...bare, exp: undefined }, key)))).to.equal(
      'its claim `exp` is missing',
    );
  });
});
