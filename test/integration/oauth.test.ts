import { expect } from 'chai';
import type { ClientCredentialsOptions } from 'cairn-config-client';
import { createCleanups } from '../support/cleanups.js';
import { openEvents } from '../support/event-reader.js';
import { eventually } from '../support/eventually.js';
import { expectError } from '../support/expect-error.js';
import { resource, secret, signingKey, startOauthStage, tokenOf, type OauthStage } from '../support/oauth-stage.js';
import { clientAuthority, serverAuthority } from '../support/tls-stage.js';

const opaque = `${resource}?format=opaque`;
const ca = serverAuthority.cert;

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

describe('OAuth 2.0 with a real authorization server', () => {
  const cleanups = createCleanups();
  let stage: OauthStage;
  before(async () => {
    stage = await startOauthStage(cleanups);
  });
  after(() => cleanups.run());

  const { cert, key } = clientAuthority.issue({ name: 'certified', dns: ['certified.example.com'] });
  const other = clientAuthority.issue({ name: 'other', dns: ['other.example.com'] });
  const proofs: readonly (readonly [string, Partial<ClientCredentialsOptions>])[] = [
    ['orders', { clientSecret: secret }],
    ['poster', { clientSecret: secret, secretMethod: 'client_secret_post' }],
    ['signer', { privateKey: signingKey, keyId: 'of-the-signer' }],
    ['certified', { tls: { ca, cert, key } }],
  ];
  for (const [clientId, proof] of proofs)
    for (const [form, at] of [
      ['a JWT', resource],
      ['an opaque token', opaque],
    ] as const)
      it(`loads as the client ${clientId} with ${form}`, async () => {
        const config = await stage.load(stage.client({ ...proof, clientId, resource: at }), clientId);
        expect(config.current).to.deep.equal({ 'max-items': 50 });
      });

  it('signs for the issuer where it is told to', async () => {
    const { issuer } = stage.authorization;
    const auth = stage.client({ clientId: 'signer', privateKey: signingKey, assertionAudience: issuer });
    expect(claimsOf(await tokenOf(auth))).to.include({
      iss: issuer,
      sub: 'signer',
      aud: 'cairn',
      scope: 'config:read',
    });
  });

  const refused: readonly (readonly [string, Partial<ClientCredentialsOptions>, string])[] = [
    ['a wrong secret', { clientSecret: 'canary-wrong' }, '401: invalid_client'],
    ['a client that is not known', { clientId: 'nobody', clientSecret: secret }, '401: invalid_client'],
    [
      'a certificate of another',
      { clientId: 'certified', tls: { ca, cert: other.cert, key: other.key } },
      '401: invalid_client',
    ],
    ['a secret in the place of a key', { clientId: 'signer', clientSecret: secret }, '401: invalid_client'],
  ];
  for (const [what, proof, told] of refused)
    it(`is told of ${what}, without a secret`, async () => {
      const error = await expectError('CONFIG_UNAUTHENTICATED', () => stage.load(stage.client(proof)));
      expect(error.message).to.contain(`refused the client '${proof.clientId ?? 'orders'}' with ${told}`);
      expect(error.stack).not.to.contain('canary');
    });

  it('is forbidden to read what is of others, or with a token of another scope', async () => {
    const signer = stage.client({ clientId: 'signer', privateKey: signingKey });
    await expectError('CONFIG_FORBIDDEN', () => stage.load(signer, 'orders'));
    const refreshing = stage.client({ clientSecret: secret, scope: 'config:refresh' });
    await expectError('CONFIG_FORBIDDEN', () => stage.load(refreshing));
  });

  it('does not trust an authorization server whose certificate nobody vouches for', async () => {
    const error = await expectError('CONFIG_UNAVAILABLE', () =>
      tokenOf(stage.client({ clientSecret: secret, tls: { ca: clientAuthority.cert } })),
    );
    expect(error.message).to.match(/did not answer \([A-Z_]+\)\.$/);
  });

  it('goes on with another token when one ends', async () => {
    const auth = stage.client({ clientSecret: secret, resource: `${resource}?lives=2` });
    const config = await stage.load(auth);
    const tokens = new Set<string>();
    await eventually(async () => {
      expect(await config.refresh()).to.equal('unchanged');
      tokens.add(await tokenOf(auth));
      return tokens.size < 2 ? undefined : true;
    });
  });

  it('refuses tokens as soon as they have ended, although they were known a moment ago', async () => {
    const outcomes = [`${resource}?lives=3`, `${opaque}&lives=3`].map(async (at) => {
      const token = await tokenOf(stage.client({ clientSecret: secret, resource: at }));
      const ended = Date.now() + 3_000;
      const taken: number[] = [];
      await eventually(async () => {
        const asked = Date.now();
        if ((await stage.status(token)) === 401) return true;
        taken.push(asked);
        return undefined;
      });
      return { isTaken: taken.length > 2, tooLate: taken.filter((asked) => asked >= ended) };
    });
    expect(await Promise.all(outcomes)).to.deep.equal(outcomes.map(() => ({ isTaken: true, tooLate: [] })));
  });

  it('ends a stream that is open when its token ends, and refuses the token from then on', async () => {
    const outcomes = [`${resource}?lives=3`, `${opaque}&lives=3`].map(async (at) => {
      const token = await tokenOf(stage.client({ clientSecret: secret, resource: at }));
      const headers = { authorization: `Bearer ${token}` };
      const port = Number(new URL(stage.url).port);
      const stream = await openEvents(port, { path: '/-/changes?application=orders&profiles=default', headers });
      const { data } = await stream.next();
      const isWhole = await stream.ended;
      return [data['application'], isWhole, await stage.status(token)];
    });
    expect(await Promise.all(outcomes)).to.deep.equal(outcomes.map(() => ['orders', true, 401]));
  });

  it('takes a token back that was revoked, and the client has another', async () => {
    const auth = stage.client({ clientSecret: secret, resource: opaque });
    const config = await stage.load(auth);
    const token = await tokenOf(auth);
    expect(await stage.authorization.revoke(token, { client_id: 'orders', client_secret: secret })).to.equal(200);
    await eventually(async () => ((await stage.status(token)) === 401 ? true : undefined));
    expect(await config.refresh()).to.equal('unchanged');
    expect(await tokenOf(auth)).not.to.equal(token);
  });

  it('follows keys that are rotated, and looks for them once', async () => {
    const { authorization, status } = stage;
    const fresh = (): Promise<string> => tokenOf(stage.client());
    const [known, ...unseen] = [await fresh(), await fresh(), await fresh()] as const;
    expect(await status(known)).to.equal(200);
    const before = await authorization.looks();

    await authorization.publish('second', 'first');
    const newer = await Promise.all(Array.from({ length: 10 }, fresh));
    expect(await Promise.all(newer.map(status))).to.deep.equal(newer.map(() => 200));
    expect(await authorization.looks()).to.equal(before + 1);
    expect(await status(unseen[0])).to.equal(200);

    await authorization.publish('third');
    const config = await eventually(() => stage.load(stage.client()));
    expect(config.current).to.deep.equal({ 'max-items': 50 });
    expect(await authorization.looks()).to.equal(before + 2);
    expect(await status(unseen[1])).to.equal(401);
  });
});
