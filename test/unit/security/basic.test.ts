import { expect } from 'chai';
import fc from 'fast-check';
import { createBasicScheme, createUserRoster, userPassOf, type BasicUser } from '#server/security/basic.js';
import { createBoundedGate } from '#server/security/bounded-gate.js';
import { parsePasswordHash, type PasswordHash } from '#server/security/password-hash.js';
import { createPrincipal } from '#server/security/principal.js';
import type { Roster } from '#server/security/roster.js';
import type { Scheme, Verdict } from '#server/security/scheme.js';

const aHash = (cost: number): PasswordHash => ({
  cost,
  blockSize: 8,
  parallelization: 1,
  salt: Buffer.from('salt'),
  hash: Buffer.from('hash'),
});

interface Stage {
  readonly scheme: Scheme;
  readonly users: Roster<BasicUser>;
  /** Each computation: the password, and how dear its hash is. */
  readonly computed: readonly (readonly [string, number])[];
}

/** Passwords are right where they are `right`, so that nothing has to be computed. */
function stage(...names: readonly string[]): Stage {
  const computed: (readonly [string, number])[] = [];
  const users = createUserRoster(names.map((name, at) => ({ name, hash: aHash(at + 1), roles: ['reader'] })));
  const scheme = createBasicScheme({
    users,
    gate: createBoundedGate({ atOnce: 1, waiting: 10 }),
    verify: (password, { cost }) => {
      computed.push([password, cost]);
      return Promise.resolve(password === 'right');
    },
  });
  return { scheme, users, computed };
}

const ask = (scheme: Scheme, text: string | Uint8Array): Promise<Verdict> =>
  scheme.verify(
    { kind: 'basic', encoded: Buffer.from(text as string).toString('base64') },
    new AbortController().signal,
  );

describe('HTTP Basic', () => {
  it('recognizes a user by the right password', async () => {
    const { scheme } = stage('ann', 'bob');
    const principal = createPrincipal({ name: 'bob', scheme: 'basic', roles: ['reader'] });
    expect(await ask(scheme, 'bob:right')).to.deep.equal({ kind: 'recognized', principal });
    expect(await ask(scheme, 'bob:wrong')).to.deep.equal({ kind: 'refused', reason: 'the password is wrong' });
  });

  it('does for an unknown user the work that a wrong password costs, the same each time', async () => {
    const { scheme, computed } = stage('ann', 'bob', 'cid');
    for (const name of ['dan', 'eve', '__proto__', 'constructor']) {
      for (const password of ['right', 'wrong', 'right']) {
        expect(await ask(scheme, `${name}:${password}`)).to.deep.equal({
          kind: 'refused',
          reason: 'there is no such user',
        });
      }
    }
    expect(computed.length).to.equal(12);
    const costs = [0, 3, 6, 9].map((at) => new Set(computed.slice(at, at + 3).map(([, cost]) => cost)));
    for (const each of costs) expect([...each]).to.have.length(1);
    await ask(scheme, 'bob:wrong');
    expect(computed.at(-1)).to.deep.equal(['wrong', 2]);
  });

  it('knows nobody any more where all are taken out, computes nothing and does not ask for a password', async () => {
    const { scheme, users, computed } = stage('ann');
    expect(scheme.challenge).to.equal('Basic');
    users.replace([]);
    expect(await ask(scheme, 'ann:right')).to.deep.equal({ kind: 'refused', reason: 'there is no such user' });
    expect([scheme.challenge, computed]).to.deep.equal([null, []]);
    users.replace([{ name: 'bob', hash: aHash(7), roles: ['reader'] }]);
    expect(await ask(scheme, 'bob:right')).to.have.property('kind', 'recognized');
    expect(await ask(scheme, 'ann:right')).to.have.property('kind', 'refused');
    expect(computed).to.deep.equal([
      ['right', 7],
      ['right', 7],
    ]);
  });

  it('takes names and passwords in any composition of Unicode, and colons in passwords', async () => {
    const { scheme, computed } = stage('J\u00fcrgen', '\u738b\u{1f600}');
    expect(await ask(scheme, 'Ju\u0308rgen:right')).to.have.property('kind', 'recognized');
    expect(await ask(scheme, '\u738b\u{1f600}:right')).to.have.property('kind', 'recognized');
    await ask(scheme, 'J\u00fcrgen:a:b:');
    expect(computed.at(-1)).to.deep.equal(['a:b:', 1]);
  });

  const malformed: readonly (readonly [string, string | Uint8Array])[] = [
    ['no colon', 'ann'],
    ['an empty name', ':right'],
    ['NUL in the name', 'ann\0:right'],
    ['NUL in the password', 'ann:right\0'],
    ['a line feed', 'ann:ri\nght'],
    ['a C1 control', 'ann:\u0085'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0x3a, 0xff, 0xfe])],
    ['an overlong form', Buffer.from([0x61, 0x3a, 0xc0, 0xba])],
    ['ISO 8859-1', Buffer.from('J\u00fcrgen:right', 'latin1')],
  ];
  for (const [what, text] of malformed) {
    it(`refuses ${what} without computing anything`, async () => {
      const { scheme, computed } = stage('ann');
      expect(await ask(scheme, text)).to.have.property('kind', 'refused');
      expect(computed).to.deep.equal([]);
    });
  }

  it('takes a credential in one form of Base64 only', () => {
    expect(userPassOf('YTpi')).to.deep.equal({ name: 'a', password: 'b' });
    for (const encoded of ['YTpiYw', 'YTpi=', 'YTpi\n', 'Y_pi', '', 'YTpiYx=='])
      expect(userPassOf(encoded)).to.equal(undefined);
  });

  it('reads any pair as it was written', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text));
    fc.assert(
      fc.property(plain, plain, (left, password) => {
        const name = left.replaceAll(':', '');
        const parsed = userPassOf(Buffer.from(`${name}:${password}`).toString('base64'));
        expect(parsed).to.deep.equal(name === '' ? undefined : { name: name.normalize('NFC'), password });
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => userPassOf(text)).not.to.throw();
      }),
    );
  });

  it('takes nothing but Basic', () => {
    const { scheme } = stage('ann');
    expect(scheme.takes({ kind: 'bearer', token: 'YTpi' })).to.equal(false);
  });

  it('has hashes that are dear enough, and not too dear, only', () => {
    const salt = 'A'.repeat(22);
    const hash = 'A'.repeat(43);
    const cheap = ['16384$8$0', '1024$8$1', '16384$1$1', '3000$8$8', '1048576$8$1', '65536$8$99', '131072$8$32'];
    for (const cost of cheap) expect(parsePasswordHash(`scrypt$${cost}$${salt}$${hash}`), cost).to.equal(undefined);
    for (const text of ['', 'scrypt$', `scrypt$16384$8$1$${salt}$short`, `bcrypt$16384$8$1$${salt}$${hash}`])
      expect(parsePasswordHash(text), text).to.equal(undefined);
    for (const cost of ['16384$8$1', '131072$8$1', '32768$8$3'])
      expect(parsePasswordHash(`scrypt$${cost}$${salt}$${hash}`), cost).to.have.property('salt');
  });
});
