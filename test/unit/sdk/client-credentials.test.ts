import { expect } from 'chai';
import { clientCredentialsOn } from '#sdk/auth/client-credentials.js';
import type { AuthProvider, ClientCredentialsOptions, Config } from 'cairn-config-client';
import { expectError } from '../../support/expect-error.js';
import { connectionRefused } from '../../support/wire-answer.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { settle } from '../../support/settle.js';
import { loadOrders } from '../../support/loaded-config.js';
import { answerTokens, aToken, sentCredentials, tokenRequests, tokenUrl } from '../../support/token-endpoint.js';

const canary = 'canary/8f2c+x';
const signal = new AbortController().signal;

function aClient(platform: FakePlatform, more: Partial<ClientCredentialsOptions> = {}): AuthProvider {
  return clientCredentialsOn(platform, { tokenUrl, clientId: 'orders', clientSecret: canary, ...more });
}

function counting(more: object = {}): FakePlatform {
  const platform = new FakePlatform(() => Response.error());
  answerTokens(platform, (_, count) => aToken(`token-${count}`, more));
  return platform;
}

describe('sdk: client credentials', () => {
  it('asks for a token as RFC 6749 says, and sends it to the server', async () => {
    const platform = counting();
    const options = { scope: ['config:read', 'x'], audience: 'cairn', resource: ['https://a', 'https://b'] };
    await loadOrders(platform, { auth: aClient(platform, options) });
    const [{ method, body, headers } = expect.fail()] = tokenRequests(platform);
    const id = Buffer.from('orders:canary%2F8f2c%2Bx').toString('base64');
    expect({ method, body, headers: Object.fromEntries(headers) }).to.deep.equal({
      method: 'POST',
      body:
        'grant_type=client_credentials&scope=config%3Aread+x&audience=cairn' +
        '&resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${id}`,
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'cairn-config-client',
      },
    });
    expect(sentCredentials(platform)).to.deep.equal(['Bearer token-1']);
  });

  it('sends the secret in the body where it is told to', async () => {
    const platform = counting();
    await aClient(platform, { secretMethod: 'client_secret_post' }).headers(signal);
    const [{ body, headers } = expect.fail()] = tokenRequests(platform);
    expect(body).to.equal('grant_type=client_credentials&client_id=orders&client_secret=canary%2F8f2c%2Bx');
    expect(headers.has('authorization')).to.equal(false);
  });

  it('asks for the secret at each token', async () => {
    const platform = counting({ expires_in: 0 });
    let count = 0;
    const auth = aClient(platform, { clientSecret: () => Promise.resolve(`s${(count += 1)}`) });
    await auth.headers(signal);
    await auth.headers(signal);
    expect(tokenRequests(platform).map(({ headers }) => headers.get('authorization'))).to.deep.equal([
      `Basic ${btoa('orders:s1')}`,
      `Basic ${btoa('orders:s2')}`,
    ]);
  });

  it('asks once for all who come at the same time, and keeps the token', async () => {
    const platform = counting();
    const auth = aClient(platform);
    const all = await Promise.all([auth.headers(signal), auth.headers(signal), auth.headers(signal)]);
    expect(all.map(({ authorization }) => authorization)).to.deep.equal(Array(3).fill('Bearer token-1'));
    await platform.advance(50_000);
    expect(await auth.headers(signal)).to.deep.equal({ authorization: 'Bearer token-1' });
    expect(tokenRequests(platform).length).to.equal(1);
  });

  it('renews a token before it ends while the old one goes on serving', async () => {
    const platform = counting();
    const auth = aClient(platform);
    await auth.headers(signal);
    await platform.advance(80_000);
    expect(await auth.headers(signal)).to.deep.equal({ authorization: 'Bearer token-1' });
    await settle();
    expect(await auth.headers(signal)).to.deep.equal({ authorization: 'Bearer token-2' });
    expect(tokenRequests(platform).length).to.equal(2);
  });

  it('renews earlier or later by chance, within 70 and 90 % of the lifetime', async () => {
    for (const [randomness, just] of [
      [0, 70_000],
      [0.999999, 89_999.98],
    ] as const) {
      const platform = counting();
      platform.randomness = randomness;
      const auth = aClient(platform);
      await auth.headers(signal);
      await platform.advance(just - 1);
      await auth.headers(signal);
      expect(tokenRequests(platform).length).to.equal(1);
      await platform.advance(2);
      await auth.headers(signal);
      await settle();
      expect(tokenRequests(platform).length).to.equal(2);
    }
  });

  it('never sends a token within the last tenth of its lifetime', async () => {
    const platform = counting();
    const auth = aClient(platform);
    await auth.headers(signal);
    await platform.advance(90_000);
    expect(await auth.headers(signal)).to.deep.equal({ authorization: 'Bearer token-2' });
  });

  it('goes on with a token that is valid while the authorization server is away, without asking at each request', async () => {
    const platform = counting();
    const auth = aClient(platform);
    await auth.headers(signal);
    answerTokens(platform, () => Promise.reject(connectionRefused()));
    await platform.advance(81_000);
    for (let request = 0; request < 5; request += 1) {
      expect(await auth.headers(signal)).to.deep.equal({ authorization: 'Bearer token-1' });
      await settle();
    }
    expect(tokenRequests(platform).length).to.equal(2);
    await platform.advance(9_000);
    const error = await expectError('CONFIG_UNAVAILABLE', () => auth.headers(signal));
    expect(error.message).to.equal('The token endpoint https://login.example.com/token did not answer (ECONNREFUSED).');
    expect(tokenRequests(platform).length).to.equal(3);
    await expectError('CONFIG_UNAVAILABLE', () => auth.headers(signal));
    expect(tokenRequests(platform).length).to.equal(3);
  });

  it('tries once more with a new token where the server does not take one that was kept', async () => {
    const platform = counting();
    const config = await loadOrders(platform, { auth: aClient(platform) });
    answerTokens(
      platform,
      () => aToken('token-2'),
      (sent) => sent === 'Bearer token-2',
    );
    expect(await config.refresh()).to.equal('unchanged');
    expect(sentCredentials(platform)).to.deep.equal(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    await config.close();
  });

  it('does not go round where the server takes none, and keeps the last good configuration', async () => {
    const platform = counting();
    const config: Config = await loadOrders(platform, { auth: aClient(platform) });
    const errors: string[] = [];
    config.on('error', ({ error }) => errors.push(error.code));
    answerTokens(
      platform,
      (_, count) => aToken(`new-${count}`),
      () => false,
    );
    await platform.advance(10_000);
    expect(sentCredentials(platform)).to.deep.equal(['Bearer token-1', 'Bearer token-1', 'Bearer new-1']);
    await platform.advance(60_000);
    expect(errors.every((code) => code === 'CONFIG_UNAUTHENTICATED')).to.equal(true);
    // One request of each kind at each poll, and polls that come ever later.
    expect(sentCredentials(platform).length).to.equal(2 + errors.length);
    expect(tokenRequests(platform).length).to.equal(1 + errors.length);
    expect(errors.length).to.be.within(3, 8);
    expect(config.version).to.equal('v1');
    await config.close();
  });
});
