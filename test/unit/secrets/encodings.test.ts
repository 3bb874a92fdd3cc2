import { expect } from 'chai';
import fc from 'fast-check';
import { fromBase64, fromHex, fromUtf8 } from '#server/secrets/encodings.js';

describe('the encodings of ciphertexts', () => {
  it('are read back from what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(fromHex(buffer.toString('hex'))).to.deep.equal(buffer);
        expect(fromHex(buffer.toString('hex').toUpperCase())).to.deep.equal(buffer);
        expect(fromBase64(buffer.toString('base64'))).to.deep.equal(buffer);
        expect(fromBase64(buffer.toString('base64').replaceAll('=', ''))).to.deep.equal(buffer);
      }),
    );
  });

  for (const text of ['a', 'zz', '0x00', ' 00', '00\n']) {
    it(`take ${JSON.stringify(text)} for no hexadecimal`, () => {
      expect(fromHex(text)).to.equal(undefined);
    });
  }

  // The last has bits set that no byte has.
  for (const text of ['A', '====', 'AQ=', 'AQ===', 'A Q=', 'AQ==\n', 'AQ-_', 'AR==']) {
    it(`take ${JSON.stringify(text)} for no Base64`, () => {
      expect(fromBase64(text)).to.equal(undefined);
    });
  }

  it('take bytes that are not UTF-8 for no text, and keep a byte order mark', () => {
    expect(fromUtf8(Buffer.from([0xc3, 0x28]))).to.equal(undefined);
    expect(fromUtf8(Buffer.from([0xef, 0xbb, 0xbf, 0x61]))).to.equal('\ufeffa');
  });
});
