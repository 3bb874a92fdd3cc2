import { expect } from 'chai';
import { ConfigServerError, isConfigServerError } from '#server/core/errors.js';
import { createAuthenticator, type AuthenticatorOptions } from '#server/security/authenticator.js';
import type { Presented } from '#server/security/presented.js';
import { createPrincipal } from '#server/security/principal.js';
import { refused, type Scheme, type Verdict } from '#server/security/scheme.js';
import { createWithdrawals } from '#server/security/withdrawals.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aCertificate, aPresented } from '../../support/presented.js';
import { recordEvents } from '../../support/record-events.js';
import { settle } from '../../support/settle.js';

const never = new AbortController().signal;
const bearer = (token: string): Presented => aPresented({ headers: { authorization: `Bearer ${token}` } });

const recognized = (expiresAt: number | null = null): Verdict => ({
  kind: 'recognized',
  principal: createPrincipal({ name: 'ann', scheme: 'bearer', roles: ['admin', 'reader', 'admin'], expiresAt }),
});

interface Stage {
  readonly authenticator: ReturnType<typeof createAuthenticator>;
  readonly events: ReturnType<typeof recordEvents>['events'];
  readonly verified: string[];
  readonly time: { now: number };
}

function stage(
  verdict: (token: string) => Verdict | Promise<Verdict>,
  more: Partial<AuthenticatorOptions> = {},
): Stage {
  const { emit, events } = recordEvents();
  const verified: string[] = [];
  const time = { now: 1_000_000 };
  const scheme: Scheme = {
    name: 'bearer',
    challenge: 'Bearer',
    takes: ({ kind }) => kind === 'bearer',
    verify: (credential) => {
      const token = credential.kind === 'bearer' ? credential.token : '';
      verified.push(token);
      return Promise.resolve(verdict(token));
    },
  };
  const authenticator = createAuthenticator({
    schemes: [scheme],
    realm: 'cairn',
    gateway: null,
    mostRemembered: 100,
    emit,
    now: () => time.now,
    ...more,
  });
  return { authenticator, events, verified, time };
}

async function refusal(code: string, act: () => unknown): Promise<{ message: string; challenges: readonly string[] }> {
  const error: Error = await expectError(code, act);
  return { message: error.message, challenges: isConfigServerError(error) ? error.challenges : [] };
}

describe('the authenticator', () => {
  it('asks for every scheme where a request brings nothing', async () => {
    const { authenticator, events } = stage(() => recognized());
    expect(
      await refusal('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(aPresented(), never)),
    ).to.deep.equal({
      message: 'The request brings no credential.',
      challenges: ['Bearer realm="cairn"'],
    });
    expect({ presents: authenticator.presents(aPresented()), events }).to.deep.equal({ presents: false, events: [] });
    expect(authenticator.presents(bearer('x'))).to.equal(true);
  });

  it('recognizes a principal, and for a minute without asking the scheme again', async () => {
    const { authenticator, verified, time } = stage(() => recognized());
    expect(authenticator.recognize(bearer('x'))).to.equal(undefined);
    const principal = await authenticator.authenticate(bearer('x'), never);
    expect(principal).to.include({ name: 'ann', scheme: 'bearer', expiresAt: null });
    expect(principal.roles).to.deep.equal(['reader', 'admin']);
    expect(principal.key).to.match(/^[\w-]{43}$/);
    time.now += 44_999;
    expect(authenticator.recognize(bearer('x'))).to.equal(principal);
    expect(await authenticator.authenticate(bearer('x'), never)).to.equal(principal);
    expect(verified).to.deep.equal(['x']);
    time.now += 15_001;
    expect(authenticator.recognize(bearer('x'))).to.equal(undefined);
    await authenticator.authenticate(bearer('x'), never);
    expect(verified).to.deep.equal(['x', 'x']);
  });

  describe('renews what is used, before its minute is over', () => {
    const connected: Presented = { ...bearer('x'), connection: {} };

    it('so that nobody waits, and once for all who ask meanwhile', async () => {
      const { authenticator, verified, time } = stage(() => recognized());
      const first = await authenticator.authenticate(connected, never);
      expect(authenticator.recognize(connected)).to.equal(first);
      time.now += 45_000;
      const asked = [connected, bearer('x'), connected].map((one) => authenticator.recognize(one));
      expect(asked).to.deep.equal([first, first, first]);
      expect(await authenticator.authenticate(bearer('x'), never)).to.equal(first);
      expect(verified).to.deep.equal(['x', 'x']);
      await settle();
      time.now += 44_999;
      expect(authenticator.recognize(connected)).to.include({ name: 'ann' });
      expect(authenticator.recognize(bearer('x'))).to.include({ name: 'ann' });
      expect(verified).to.deep.equal(['x', 'x']);
      time.now += 15_001;
      expect([connected, bearer('x')].map((one) => authenticator.recognize(one))).to.deep.equal([undefined, undefined]);
    });

    it('also where the request takes the long way', async () => {
      const { authenticator, verified, time } = stage(() => recognized());
      await authenticator.authenticate(bearer('x'), never);
      time.now += 45_000;
      await authenticator.authenticate(bearer('x'), never);
      await settle();
      expect(verified).to.deep.equal(['x', 'x']);
      time.now += 44_999;
      expect(authenticator.recognize(bearer('x'))).to.include({ name: 'ann' });
    });

    it('and forgets at once who is refused then, on every connection', async () => {
      const { authenticator, verified, time } = stage(() => (verified.length > 1 ? refused('revoked') : recognized()));
      const first = await authenticator.authenticate(connected, never);
      expect(authenticator.recognize(connected)).to.equal(first);
      time.now += 45_000;
      expect(authenticator.recognize(bearer('x'))).to.equal(first);
      await settle();
      expect([connected, bearer('x')].map((one) => authenticator.recognize(one))).to.deep.equal([undefined, undefined]);
      await expectError('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(connected, never));
    });

    it('again after a second where it cannot be told, and lets it stand until its end', async () => {
      const down = new ConfigServerError('CONFIG_AUTHENTICATION_UNAVAILABLE', 'It does not answer.');
      const { authenticator, verified, time } = stage(() =>
        verified.length > 1 ? Promise.reject(down) : recognized(),
      );
      await authenticator.authenticate(connected, never);
      time.now += 45_000;
      for (const times of [2, 3, 4]) {
        expect(authenticator.recognize(connected)).to.include({ name: 'ann' });
        expect(verified.length).to.equal(times);
        await settle();
        time.now += 999;
        expect(authenticator.recognize(connected)).to.include({ name: 'ann' });
        expect(verified.length).to.equal(times);
        time.now += 1;
      }
      time.now += 11_999;
      expect(authenticator.recognize(connected)).to.include({ name: 'ann' });
      await settle();
      time.now += 1;
      expect(authenticator.recognize(connected)).to.equal(undefined);
      await expectError('CONFIG_AUTHENTICATION_UNAVAILABLE', () => authenticator.authenticate(connected, never));
    });

    it('but not what ends by itself: nothing would make it last', async () => {
      const { authenticator, verified, time } = stage(() => recognized(1_050_000));
      await authenticator.authenticate(connected, never);
      time.now = 1_049_999;
      expect(authenticator.recognize(connected)).to.include({ name: 'ann' });
      expect(verified).to.deep.equal(['x']);
    });
  });

  it('remembers nobody past the end of the credential, and recognizes nobody at it', async () => {
    const { authenticator, time } = stage(() => recognized(1_010_000));
    await authenticator.authenticate(bearer('x'), never);
    time.now = 1_009_999;
    expect(authenticator.recognize(bearer('x'))).to.have.property('name', 'ann');
    time.now = 1_010_000;
    expect(authenticator.recognize(bearer('x'))).to.equal(undefined);
    await expectError('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(bearer('x'), never));
  });

  it('never remembers a failure', async () => {
    const { authenticator, verified } = stage((token) => (verified.length > 1 ? recognized() : refused(token)));
    await expectError('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(bearer('x'), never));
    expect(await authenticator.authenticate(bearer('x'), never)).to.have.property('name', 'ann');
  });

  it('remembers so many and no more', async () => {
    const { authenticator } = stage(() => recognized(), { mostRemembered: 2 });
    for (const token of ['a', 'b', 'c']) await authenticator.authenticate(bearer(token), never);
    const known = ['a', 'b', 'c'].map((token) => authenticator.recognize(bearer(token))?.name);
    expect(known).to.deep.equal([undefined, 'ann', 'ann']);
  });

  it('knows nobody any more whose credential was taken back, and asks the scheme again', async () => {
    const withdrawals = createWithdrawals();
    const { authenticator, verified } = stage(() => (verified.length > 2 ? refused('it is gone') : recognized()), {
      withdrawals,
    });
    const connected = { ...bearer('x'), connection: {} };
    const x = await authenticator.authenticate(connected, never);
    const y = await authenticator.authenticate(bearer('y'), never);
    expect([authenticator.recognize(connected), authenticator.recognize(bearer('y'))]).to.deep.equal([x, y]);
    withdrawals.withdraw([x]);
    expect([authenticator.recognize(connected), authenticator.recognize(bearer('y'))]).to.deep.equal([undefined, y]);
    expect([authenticator.withdrawals.has(x), authenticator.withdrawals.has(y)]).to.deep.equal([true, false]);
    await expectError('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(connected, never));
    expect(verified).to.deep.equal(['x', 'y', 'x']);
  });

  it('looks again at a credential that was taken back while it was looked at', async () => {
    const withdrawals = createWithdrawals();
    const opened: ((verdict: Verdict) => void)[] = [];
    const { authenticator } = stage(() => new Promise((resolve) => opened.push(resolve)), { withdrawals });
    const asked = authenticator.authenticate(bearer('x'), never);
    const [old, other] = [recognized(), recognized(2_000_000)];
    if (old.kind === 'recognized') withdrawals.withdraw([old.principal]);
    opened[0]?.(old);
    await eventually(() => opened[1]);
    opened[1]?.(other);
    expect(other).to.have.property('principal', await asked);
  });

  it('answers one whose credential was taken back as one whose credential is wrong', async () => {
    const { authenticator, events } = stage(() => recognized());
    const ann = createPrincipal({ name: 'ann', scheme: 'basic', roles: [] });
    const told = await refusal('CONFIG_UNAUTHENTICATED', () => {
      throw authenticator.refuseWithdrawn(ann, aPresented());
    });
    expect(told).to.deep.equal({ message: 'The credential is not valid.', challenges: ['Bearer realm="cairn"'] });
    expect(events[0]).to.include({ type: 'authentication-refused', scheme: 'basic', reason: 'it was taken back' });
  });

  it('verifies a credential once for all who bring it at a time', async () => {
    let open: (verdict: Verdict) => void = () => undefined;
    const { authenticator, verified } = stage(() => new Promise((resolve) => (open = resolve)));
    const all = [1, 2, 3].map(() => authenticator.authenticate(bearer('x'), never));
    open(recognized());
    expect((await Promise.all(all)).map(({ name }) => name)).to.deep.equal(['ann', 'ann', 'ann']);
    expect(verified).to.deep.equal(['x']);
  });

  it('says one thing to whoever is refused, and tells the log why', async () => {
    const { authenticator, events } = stage(() => refused('its issuer is unknown'));
    const invalid = 'Bearer realm="cairn", error="invalid_token", error_description="The token is not valid."';
    const answer = { message: 'The credential is not valid.', challenges: [invalid] };
    const basic = aPresented({ headers: { authorization: 'Basic dTpw' } });
    const digest = aPresented({ headers: { authorization: 'Digest canary' } });
    expect(await refusal('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(bearer('x'), never))).to.deep.equal(
      answer,
    );
    expect(await refusal('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(digest, never))).to.deep.equal(
      answer,
    );
    expect(await refusal('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(basic, never))).to.deep.equal({
      ...answer,
      challenges: ['Bearer realm="cairn"'],
    });
    const refusedEvent = { type: 'authentication-refused', address: '192.0.2.1', more: 0 };
    expect(events).to.deep.equal([
      { ...refusedEvent, scheme: 'bearer', reason: 'its issuer is unknown' },
      { ...refusedEvent, scheme: null, reason: 'its form is of no scheme' },
      { ...refusedEvent, scheme: null, reason: 'no configured scheme takes it' },
    ]);
  });

  it('refuses several credentials as a bad request', async () => {
    const { authenticator, verified } = stage(() => recognized());
    const both = aPresented({ headers: { authorization: ['Bearer x', 'Bearer x'] } });
    expect(await refusal('CONFIG_CREDENTIALS_AMBIGUOUS', () => authenticator.authenticate(both, never))).to.deep.equal({
      message: 'The request brings more than one credential; send one.',
      challenges: [
        'Bearer realm="cairn", error="invalid_request", error_description="The request brings more than one credential."',
      ],
    });
    expect(authenticator.recognize(both)).to.equal(undefined);
    expect(verified).to.deep.equal([]);
  });

  it('puts the scheme that was tried first into the challenges', async () => {
    const basicScheme: Scheme = {
      name: 'basic',
      challenge: 'Basic',
      takes: ({ kind }) => kind === 'basic',
      verify: () => Promise.resolve(refused('no')),
    };
    const certificates: Scheme = { ...basicScheme, name: 'certificate', challenge: null };
    const tokens: Scheme = { ...basicScheme, name: 'bearer', challenge: 'Bearer' };
    const { authenticator } = stage(() => recognized(), { schemes: [basicScheme, tokens, certificates] });
    const basic = aPresented({ headers: { authorization: 'Basic dTpw' } });
    const { challenges } = await refusal('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(basic, never));
    expect(challenges).to.deep.equal(['Basic realm="cairn", charset="UTF-8"', 'Bearer realm="cairn"']);
    const shown = aPresented({ certificate: aCertificate() });
    const other = await refusal('CONFIG_UNAUTHENTICATED', () => authenticator.authenticate(shown, never));
    expect(other.challenges[1]).to.equal('Basic realm="cairn", charset="UTF-8"');
  });

  it('tells a few refusals a second, and how many more there were', async () => {
    const { authenticator, events, time } = stage(() => refused('no'));
    for (let i = 0; i < 25; i += 1) await authenticator.authenticate(bearer(`x${i}`), never).catch(() => undefined);
    expect(events.length).to.equal(10);
    time.now += 1000;
    await authenticator.authenticate(bearer('y'), never).catch(() => undefined);
    expect(events.at(-1)).to.have.property('more', 15);
  });

  it('forgets everyone when it is closed, and closes its schemes', async () => {
    let closed = 0;
    const { authenticator } = stage(() => recognized());
    await authenticator.authenticate(bearer('x'), never);
    authenticator.close();
    expect(authenticator.recognize(bearer('x'))).to.equal(undefined);
    const closing: Scheme = {
      name: 'bearer',
      challenge: null,
      takes: () => true,
      verify: () => Promise.resolve(refused('no')),
      close: () => void (closed += 1),
    };
    stage(() => recognized(), { schemes: [closing] }).authenticator.close();
    expect(closed).to.equal(1);
  });
});
