import { expect } from 'chai';
import { decryptRc2 } from '#server/secrets/key-store/rc2.js';

/** RFC 2268, section 5: key, effective bits, plaintext, ciphertext. */
const vectors: readonly (readonly [key: string, bits: number, plain: string, cipher: string])[] = [
  ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
  ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
  ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
  ['88', 64, '0000000000000000', '61a8a244adacccf0'],
  ['88bca90e90875a', 64, '0000000000000000', '6ccf4308974c267f'],
  ['88bca90e90875a7f0f79c384627bafb2', 64, '0000000000000000', '1a807d272bbe5db1'],
  ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
  ['88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e', 129, '0000000000000000', '5b78d3a43dfff1f1'],
];

describe('RC2', () => {
  for (const [key, bits, plain, cipher] of vectors) {
    it(`decrypts the vector of ${bits} bits with the key ${key.slice(0, 16)}…`, () => {
      const iv = Buffer.alloc(8);
      const data = Buffer.from(cipher, 'hex');
      expect(decryptRc2(data, { key: Buffer.from(key, 'hex'), bits, iv }).toString('hex')).to.equal(plain);
    });
  }

  it('chains its blocks', () => {
    const options = { key: Buffer.from('88bca90e90875a7f0f79c384627bafb2', 'hex'), bits: 128, iv: Buffer.alloc(8, 1) };
    const data = Buffer.from('2269552ab0f85ca62269552ab0f85ca6', 'hex');
    expect(decryptRc2(data, options).toString('hex')).to.equal('01010101010101012269552ab0f85ca6');
  });
});
