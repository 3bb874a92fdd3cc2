import { expect } from 'chai';
import { createPrivateKey } from 'node:crypto';
import type { CairnEvent } from '#server/core/events.js';
import { createTls, type Tls, type TlsOptions } from '#server/security/tls.js';
import type { TlsMaterial } from '#server/security/tls-material.js';
import { revocationListsIn } from '#server/app/revocation-list.js';
import { createAuthority, type Pair } from '../../support/authority.js';
import { expectError } from '../../support/expect-error.js';
import { createManualClock } from '../../support/manual-clock.js';

const authority = createAuthority();
const day = 24 * 3_600_000;

function aMaterial({ cert, key }: Pair, more: Partial<TlsMaterial> = {}): TlsMaterial {
  return { certificate: cert, key, keyPassphrase: null, clientAuthorities: null, revocationLists: [], ...more };
}

function stage(first: TlsMaterial, more: Partial<TlsOptions> = {}) {
  const clock = createManualClock();
  const events: CairnEvent[] = [];
  let next: () => TlsMaterial = () => first;
  const tls: Tls = createTls({
    clientAuthentication: 'none',
    minVersion: '1.2',
    ciphers: [],
    read: () => Promise.resolve().then(() => next()),
    lookEveryMs: 1000,
    clock,
    emit: (event) => void events.push(event),
    ...more,
  });
  return { clock, events, tls, give: (read: () => TlsMaterial) => (next = read) };
}

describe('TLS material', () => {
  const until = (ms: number): Pair => authority.issue({ name: 'x', until: new Date(ms) });
  const refusals: readonly (readonly [string, Partial<TlsMaterial>])[] = [
    ['the certificate of the server has none in PEM form', { certificate: 'none' }],
    [
      'the certificate of the server: certificate 1 cannot be read',
      { certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' },
    ],
    ['the key is no private key in PEM form', { key: 'canary' }],
    ['the key is not the key of the certificate', { key: authority.issue({ name: 'other' }).key }],
    ['the authorities of clients have no certificate in PEM form', { clientAuthorities: 'none' }],
    ['what was read cannot be used', { revocationLists: [{ pem: 'none', endsAt: null }] }],
  ];
  for (const [why, wrong] of refusals)
    it(`is refused: ${why}`, async () => {
      const { tls } = stage(aMaterial(authority.issue({ name: 'x' }), wrong));
      const error = await expectError('CONFIG_TLS_INVALID', () => tls.start());
      expect(error.message)
        .to.match(new RegExp(`^TLS: ${why}`))
        .and.not.include('canary');
    });

  it('may have a locked key, with its passphrase', async () => {
    const pair = authority.issue({ name: 'x' });
    const lock = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'canary' } as const;
    const key = createPrivateKey(pair.key).export(lock).toString();
    await stage(aMaterial({ ...pair, key }, { keyPassphrase: 'canary' })).tls.start();
    for (const keyPassphrase of [null, 'wrong']) {
      const { tls } = stage(aMaterial({ ...pair, key }, { keyPassphrase }));
      expect((await expectError('CONFIG_TLS_INVALID', () => tls.start())).message).to.match(/passphrase/);
    }
  });

  it('replaces what is shown only where it differs, and says whether trust did', async () => {
    const pair = authority.issue({ name: 'x' });
    const { tls, events, give } = stage(aMaterial(pair, { clientAuthorities: authority.cert }));
    await tls.start();
    const changes: boolean[] = [];
    tls.onChange((_context, isTrustChanged) => void changes.push(isTrustChanged));
    await tls.look();
    const second = authority.issue({ name: 'y' });
    give(() => aMaterial(second, { clientAuthorities: authority.cert }));
    await tls.look();
    const lists = revocationListsIn(Buffer.from(authority.revoke().pem));
    give(() => aMaterial(second, { clientAuthorities: authority.cert, revocationLists: lists }));
    await tls.look();
    expect(changes).to.deep.equal([false, true]);
    expect(events.map(({ type }) => type)).to.deep.equal(['tls-replaced', 'tls-replaced']);
  });

  it('keeps what it has where reading fails, and tells of each failure once', async () => {
    const { tls, events, give } = stage(aMaterial(authority.issue({ name: 'x' })));
    await tls.start();
    const before = tls.context();
    give(() => {
      throw new Error('canary');
    });
    await tls.look();
    await tls.look();
    expect(tls.context()).to.equal(before);
    expect(tls.state().failure).to.equal('the files cannot be read');
    expect(events).to.deep.equal([{ type: 'tls-failed', message: 'the files cannot be read' }]);
  });

  it('does not put a certificate that has ended in the place of one that has not', async () => {
    const { tls, give } = stage(aMaterial(authority.issue({ name: 'x' })));
    await tls.start();
    give(() => aMaterial(until(1)));
    await tls.look();
    expect(tls.state().failure).to.equal('TLS: the new certificate has ended already.');
  });

  it('looks again and again until it is closed', async () => {
    const { tls, clock, give } = stage(aMaterial(authority.issue({ name: 'x' })));
    await tls.start();
    let looks = 0;
    give(() => {
      looks += 1;
      throw new Error('down');
    });
    for (let i = 0; i < 3; i += 1) {
      clock.pass(1000);
      await new Promise(setImmediate);
    }
    tls.close();
    clock.pass(10_000);
    expect(looks).to.equal(3);
    expect(clock.next).to.equal(undefined);
  });

  it('speaks of what ends soon, once a day', async () => {
    const list = revocationListsIn(authority.revoke([], new Date(2 * day)).der);
    const { tls, clock, events, give } = stage(aMaterial(until(30 * day), { revocationLists: list }));
    await tls.start();
    expect(tls.state()).to.deep.equal({ expiresAt: 30 * day, revocationEndsAt: 2 * day, failure: null });
    clock.pass(2 * day - 1_000_000);
    await tls.look();
    await tls.look();
    clock.pass(10 * day);
    give(() => aMaterial(until(30 * day)));
    await tls.look();
    expect(events.filter(({ type }) => type === 'tls-ending')).to.deep.equal([
      { type: 'tls-ending', what: 'revocation-list', endsAt: 2 * day },
      { type: 'tls-ending', what: 'certificate', endsAt: 30 * day },
    ]);
  });

  it('takes revocation lists in PEM and DER', async () => {
    const [one, two] = [authority.revoke(), createAuthority('two').revoke([], new Date(day))];
    expect(revocationListsIn(Buffer.from(one.pem + two.pem)).map(({ endsAt }) => endsAt)).to.deep.equal([
      Date.parse('2120-01-01T00:00:00Z'),
      day,
    ]);
    expect(revocationListsIn(one.der)).to.deep.equal(revocationListsIn(Buffer.from(one.pem)));
    for (const wrong of [Buffer.from('none'), Buffer.alloc(0), one.der.subarray(0, 50)])
      await expectError('CONFIG_TLS_INVALID', () => Promise.resolve().then(() => revocationListsIn(wrong)));
  });
});
