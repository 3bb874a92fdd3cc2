import { expect } from 'chai';
import { formatPasswordHash, hashPassword, isPasswordOf, parsePasswordHash } from '#server/security/password-hash.js';

const cost = { cost: 2 ** 14, blockSize: 8, parallelization: 1 };

describe('the hash of a password', () => {
  it('is that of the password it was made of, in any composition, and of no other', async () => {
    const hash = await hashPassword('p\u00e4ss:\u{1f600}', cost);
    expect(await isPasswordOf('pa\u0308ss:\u{1f600}', hash)).to.equal(true);
    expect(await isPasswordOf('pass:\u{1f600}', hash)).to.equal(false);
    expect(await isPasswordOf('', hash)).to.equal(false);
  });

  it('is another each time, and is read as it was written', async () => {
    const [one, other] = await Promise.all([hashPassword('same', cost), hashPassword('same', cost)]);
    const [first, second] = [formatPasswordHash(one), formatPasswordHash(other)];
    expect(first).not.to.equal(second);
    expect(first).to.match(/^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(parsePasswordHash(first)).to.deep.equal(one);
  });

  it('agrees with the test vector of RFC 7914', async () => {
    const hash = Buffer.from(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      'hex',
    );
    const vector = { ...cost, salt: Buffer.from('SodiumChloride'), hash };
    expect(await isPasswordOf('pleaseletmein', vector)).to.equal(true);
  });
});
