import { expect } from 'chai';
import {
  apiTokenId,
  createApiTokenScheme,
  createTokenRoster,
  formatTokenHash,
  makeApiToken,
  parseTokenHash,
  type ApiToken,
} from '#server/security/api-token.js';
import { createPrincipal } from '#server/security/principal.js';
import type { Verdict } from '#server/security/scheme.js';

const token = makeApiToken();
const id = apiTokenId(token)!;

describe('an API token', () => {
  const time = { now: 1000 };
  const entry: ApiToken = {
    id,
    name: 'ci',
    hash: parseTokenHash(formatTokenHash(token))!,
    roles: ['reader'],
    expiresAt: 2000,
  };
  const tokens = createTokenRoster([entry]);
  const scheme = createApiTokenScheme({ tokens, now: () => time.now });
  const verify = (text: string): Promise<Verdict> =>
    scheme.verify({ kind: 'bearer', token: text }, new AbortController().signal);
  beforeEach(() => (time.now = 1000));

  it('is another each time, with a prefix, an id and 256 random bits', () => {
    expect(token).to.match(/^cairn_[a-z2-7]{12}_[\w-]{43}$/);
    expect(makeApiToken()).not.to.equal(token);
    expect(formatTokenHash(token)).to.match(/^sha256\$[\w-]{43}$/);
  });

  it('is recognized until it expires', async () => {
    const principal = createPrincipal({ name: 'ci', scheme: 'api-token', roles: ['reader'], expiresAt: 2000 });
    expect(await verify(token)).to.deep.equal({ kind: 'recognized', principal });
    time.now = 2000;
    expect(await verify(token)).to.deep.equal({ kind: 'refused', reason: `the token ${id} has expired` });
  });

  const last = token.endsWith('A') ? 'E' : 'A';
  const wrong: readonly (readonly [string, string, string])[] = [
    ['another secret', `${token.slice(0, -1)}${last}`, `the secret of the token ${id} is wrong`],
    ['another id', makeApiToken(), 'there is no token of this id'],
    ['no id', `cairn_${token.slice(-43)}`, 'there is no token of this id'],
    ['an id that objects have', `cairn_constructor_${token.slice(-43)}`, 'there is no token of this id'],
    ['more behind it', `${token}x`, 'there is no token of this id'],
    [
      'its hash in place of it',
      `cairn_${id}_${formatTokenHash(token).slice(7)}`,
      `the secret of the token ${id} is wrong`,
    ],
  ];
  for (const [what, text, reason] of wrong) {
    it(`is refused with ${what}`, async () => {
      expect(await verify(text)).to.deep.equal({ kind: 'refused', reason });
    });
  }

  it('takes bearer tokens of its prefix, and leaves others to other schemes', () => {
    const takes = [
      { kind: 'bearer', token },
      { kind: 'bearer', token: 'Cairn_x' },
      { kind: 'basic', encoded: 'x' },
    ] as const;
    expect(takes.map((credential) => scheme.takes(credential))).to.deep.equal([true, false, false]);
  });

  it('is none any more once its entry is taken out, and nobody is asked for one where there are none', async () => {
    expect(scheme.challenge).to.equal('Bearer');
    tokens.replace([]);
    expect(await verify(token)).to.deep.equal({ kind: 'refused', reason: 'there is no token of this id' });
    expect(scheme.challenge).to.equal(null);
    tokens.replace([entry]);
    expect(await verify(token)).to.have.property('kind', 'recognized');
  });

  it('has a hash of one form', () => {
    for (const text of ['', 'sha256$', `sha256$${'A'.repeat(42)}`, `md5$${'A'.repeat(43)}`])
      expect(parseTokenHash(text)).to.equal(undefined);
  });
});
