import { expect } from 'chai';
import { apiToken, basic, bearer } from 'cairn-config-client';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { loadOrders } from '../../support/loaded-config.js';
import { anEnvironment, aProblem } from '../../support/wire-answer.js';

const canary = 'canary-8f2c';
const never = (): Promise<Response> => new Promise(() => undefined);

describe('sdk: credentials', () => {
  const schemes: readonly (readonly [string, Parameters<typeof loadOrders>[1], string])[] = [
    ['basic', { auth: basic('usér', canary) }, `Basic ${Buffer.from(`usér:${canary}`).toString('base64')}`],
    ['a bearer token', { auth: bearer(() => Promise.resolve(`${canary}\n`)) }, `Bearer ${canary}`],
    ['an API token', { auth: apiToken(canary) }, `Bearer ${canary}`],
    ['those of the URL', { url: `http://user:${canary}@config` }, `Basic ${btoa(`user:${canary}`)}`],
    ['auth over those of the URL', { url: 'http://user:other@config', auth: apiToken(canary) }, `Bearer ${canary}`],
    ['a header over those of the URL', { url: 'http://user:other@config', headers: { authorization: canary } }, canary],
  ];
  for (const [title, options, authorization] of schemes) {
    it(`sends ${title}, and keeps the secret out of every message`, async () => {
      const platform = new FakePlatform(() => aProblem(401, {}, 'Bad credentials.'));
      const error = await expectError('CONFIG_UNAUTHENTICATED', () => loadOrders(platform, options));
      expect(platform.requests[0]?.headers.get('authorization')).to.equal(authorization);
      expect(error.stack).not.to.include(canary);
    });
  }

  it('asks for the bearer token at each request', async () => {
    let count = 0;
    const platform = new FakePlatform(() => anEnvironment());
    const config = await loadOrders(platform, { auth: bearer(() => `token-${(count += 1)}`) });
    await platform.drive(config.refresh());
    expect(platform.requests.map(({ headers }) => headers.get('authorization'))).to.deep.equal([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('says that auth failed when the token cannot be had, and keeps the cause', async () => {
    const cause = new Error('no file');
    const auth = bearer(() => Promise.reject(cause));
    const error = await expectError('CONFIG_UNAVAILABLE', () =>
      loadOrders(new FakePlatform(never), { auth, timeout: '50ms' }),
    );
    expect(error.message).to.include('http://config:8888: auth could not give its credentials.');
  });

  it('refuses a token that no header can carry without repeating it', async () => {
    const auth = bearer(() => `${canary}\u2028`.padEnd(30, 'x'));
    const error = await expectError('CONFIG_OPTIONS_INVALID', () => loadOrders(new FakePlatform(never), { auth }));
    expect(error.message).to.include("The header 'authorization' that auth gives must be a text without line breaks");
    expect(error.stack).not.to.include(canary);
  });

  it('refuses empty users and tokens', async () => {
    await expectError('CONFIG_OPTIONS_INVALID', () => basic('', 'x'));
    await expectError('CONFIG_OPTIONS_INVALID', () => basic('a:b', 'x'));
    await expectError('CONFIG_OPTIONS_INVALID', () => apiToken(' '));
  });
});
