import { expect } from 'chai';
import type { ClientCredentialsOptions, ConfigClientErrorCode } from 'cairn-config-client';
import { clientCredentialsOn } from '#sdk/auth/client-credentials.js';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { settle } from '../../support/settle.js';
import { loadOrders } from '../../support/loaded-config.js';
import { aToken, answerTokens, sentCredentials, tokenRequests, tokenUrl } from '../../support/token-endpoint.js';
import { connectionRefused } from '../../support/wire-answer.js';

const canary = 'canary/8f2c+x';
const signal = new AbortController().signal;
const endpoint = 'The token endpoint https://login.example.com/token';
const json = (status: number, body: object): Response => Response.json(body, { status });

function answering(
  answer: () => Response | Promise<Response>,
  more: Partial<ClientCredentialsOptions> = {},
): { readonly platform: FakePlatform; readonly auth: ReturnType<typeof clientCredentialsOn> } {
  const platform = new FakePlatform(() => Response.error());
  answerTokens(platform, answer);
  const options = { tokenUrl, clientId: 'orders', clientSecret: canary, ...more };
  return { platform, auth: clientCredentialsOn(platform, options) };
}

describe('sdk: tokens that cannot be had', () => {
  const echo = `${canary} ${encodeURIComponent(canary)} ${btoa(`orders:${encodeURIComponent(canary)}`)}`;
  const redirect = (): Response => new Response(null, { status: 302, headers: { location: 'https://elsewhere' } });
  const unreadable: readonly (readonly [object, string])[] = [
    [{ access_token: 5 }, 'access_token is not a text that a header can carry'],
    [{ access_token: 'a b' }, 'access_token is not a text that a header can carry'],
    [{ access_token: 'a'.repeat(20_000) }, 'access_token is not a text that a header can carry'],
    [{ token_type: 'DPoP' }, 'token_type is not Bearer'],
    [{ token_type: undefined }, 'token_type is not Bearer'],
    [{ expires_in: 'soon' }, 'expires_in is not a number of seconds'],
    [{ expires_in: -1 }, 'expires_in is not a number of seconds'],
    [{ expires_in: true }, 'expires_in is not a number of seconds'],
  ];
  const failures: readonly (readonly [string, () => Response | Promise<Response>, ConfigClientErrorCode, string])[] = [
    [
      'a client that is refused',
      () => json(401, { error: 'invalid_client', error_description: `no\n${echo}` }),
      'CONFIG_UNAUTHENTICATED',
      ` refused the client 'orders' with 401: invalid_client (no … … …).`,
    ],
    [
      'a scope that is refused',
      () => json(400, { error: 'invalid_scope' }),
      'CONFIG_UNAUTHENTICATED',
      ` refused the client 'orders' with 400: invalid_scope.`,
    ],
    [
      'a refusal of another form',
      () => json(403, []),
      'CONFIG_UNAUTHENTICATED',
      ` refused the client 'orders' with 403.`,
    ],
    [
      'a page',
      () => new Response('<p>', { status: 404 }),
      'CONFIG_UNAUTHENTICATED',
      ` refused the client 'orders' with 404.`,
    ],
    [
      'a redirect',
      redirect,
      'CONFIG_REFUSED',
      ' answered 302; redirects are not followed: give the final URL as tokenUrl.',
    ],
    [
      'another success',
      () => new Response(null, { status: 204 }),
      'CONFIG_REFUSED',
      ' answered 204; a token comes with 200.',
    ],
    [
      'an outage',
      () => json(503, { error: 'temporarily_unavailable' }),
      'CONFIG_UNAVAILABLE',
      ' answered 503: temporarily_unavailable.',
    ],
    ['too many requests', () => json(429, {}), 'CONFIG_UNAVAILABLE', ' answered 429.'],
    [
      'nobody there',
      () => Promise.reject(connectionRefused()),
      'CONFIG_UNAVAILABLE',
      ' did not answer (ECONNREFUSED).',
    ],
    ['no JSON', () => new Response('canary'), 'CONFIG_ANSWER_INVALID', ': '],
    [
      'no object',
      () => json(200, []),
      'CONFIG_ANSWER_INVALID',
      ': The answer is not a bearer token: it is not an object.',
    ],
    [
      'an answer without end',
      () => new Response(' '.repeat(70_000)),
      'CONFIG_TOO_LARGE',
      ': The answer is larger than',
    ],
    ...unreadable.map(
      ([more, told]) =>
        [
          `an answer of which ${told} (${JSON.stringify(more).slice(0, 30)})`,
          () => aToken('canary', more),
          'CONFIG_ANSWER_INVALID',
          `: The answer is not a bearer token: ${told}.`,
        ] as const,
    ),
  ];
  for (const [what, answer, code, told] of failures)
    it(`tells ${what}, without a secret`, async () => {
      const { platform, auth } = answering(answer);
      const error = await expectError(code, () => loadOrders(platform, { auth, timeout: '80ms' }));
      expect(error.message).to.contain(`http://config:8888: ${endpoint}${told}`).and.not.to.contain('canary');
      expect(error.stack).not.to.contain('canary');
      expect(sentCredentials(platform)).to.deep.equal([]);
    });

  it('tells an authorization server that does not answer in time, and ends the request', async () => {
    const { platform, auth } = answering(() => new Promise(() => undefined), { timeout: '1s' });
    const error = await expectError('CONFIG_UNAVAILABLE', () => platform.drive(auth.headers(signal)));
    expect(error.message).to.equal(`${endpoint}: The request did not end within 1s.`);
    expect(tokenRequests(platform).map((request) => request.signal.aborted)).to.deep.equal([true]);
  });

  it('ends the wait of one whose time is over, and goes on for the others', async () => {
    let answer: (response: Response) => void = () => undefined;
    const { auth } = answering(() => new Promise((resolve) => (answer = resolve)));
    const controller = new AbortController();
    const [ended, going] = [auth.headers(controller.signal), auth.headers(signal)];
    await settle();
    controller.abort();
    await expectError('CONFIG_ABORTED', () => ended);
    answer(aToken('late'));
    expect(await going).to.deep.equal({ authorization: 'Bearer late' });
  });

  it('does not ask again before Retry-After is over', async () => {
    const busy = (): Response => new Response(null, { status: 429, headers: { 'retry-after': '120' } });
    const { platform, auth } = answering(busy);
    await expectError('CONFIG_UNAVAILABLE', () => auth.headers(signal));
    answerTokens(platform, () => aToken('token'));
    await platform.advance(119_000);
    await expectError('CONFIG_UNAVAILABLE', () => auth.headers(signal));
    expect(tokenRequests(platform).length).to.equal(1);
    await platform.advance(1_000);
    expect(await auth.headers(signal)).to.deep.equal({ authorization: 'Bearer token' });
  });

  it('asks ever more rarely while it fails', async () => {
    const { platform, auth } = answering(() => json(500, {}));
    const ask = async (): Promise<number> => {
      await expectError('CONFIG_UNAVAILABLE', () => auth.headers(signal));
      return tokenRequests(platform).length;
    };
    const counts: number[] = [];
    for (let second = 0; second < 60; second += 1) {
      counts.push(await ask());
      await platform.advance(1_000);
    }
    // After pauses of 0.5, 1, 2, 4, 8, 16 and 30 s, at this randomness.
    expect(counts.at(-1)).to.equal(7);
  });

  it('tells a secret that cannot be had, and keeps the cause', async () => {
    const cause = new Error('no vault');
    const { auth } = answering(() => aToken('x'), { clientSecret: () => Promise.reject(cause) });
    const error = await expectError('CONFIG_UNAVAILABLE', () => auth.headers(signal));
    expect(error.message).to.equal(`${endpoint}: clientSecret could not be had.`);
    expect(error.cause).to.equal(cause);
  });

  it('refuses a secret that is none when it is had', async () => {
    const { auth } = answering(() => aToken('x'), { clientSecret: () => '' });
    const error = await expectError('CONFIG_OPTIONS_INVALID', () => auth.headers(signal));
    expect(error.message).to.equal(
      `${endpoint}: clientSecret must be a text that is not empty, or a function that gives one.`,
    );
  });

  it('tells a file of a private key that cannot be read', async () => {
    const platform = new FakePlatform(() => Response.error());
    const auth = clientCredentialsOn(platform, { tokenUrl, clientId: 'orders', privateKey: '/keys/none' });
    const error = await expectError('CONFIG_OPTIONS_INVALID', () => auth.headers(signal));
    expect(error.message).to.equal(`${endpoint}: The file of privateKey cannot be read (ENOENT).`);
  });

  it('takes a lifetime that is text, and one of five minutes where none is told', async () => {
    for (const [expires, lifetime] of [
      ['100', 100_000],
      [null, 300_000],
      [1e9, 86_400_000],
      [10.5, 10_500],
    ] as const) {
      const { platform, auth } = answering(() => aToken('token', { expires_in: expires }));
      const counts: number[] = [];
      await auth.headers(signal);
      for (const part of [0.79, 0.02]) {
        await platform.advance(lifetime * part);
        await auth.headers(signal);
        await settle();
        counts.push(tokenRequests(platform).length);
      }
      expect(counts, String(expires)).to.deep.equal([1, 2]);
    }
  });
});
