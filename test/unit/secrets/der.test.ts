import { expect } from 'chai';
import { numberOf, octets, oidOf, readDer, type Der } from '#server/secrets/key-store/der.js';
import { openKeyStore } from '#server/secrets/key-store/open-key-store.js';
import { expectError } from '../../support/expect-error.js';
import { keyStoreFile } from '../../support/key-stores.js';

const read = (hex: string): Der => readDer(Buffer.from(hex, 'hex'));

/** The same in BER: every constructed part without a length, every octet string in two pieces. */
function asBer({ tag, content, children }: Der): Buffer {
  if (children.length > 0) {
    return Buffer.concat([Buffer.from([tag, 0x80]), ...children.map(asBer), Buffer.alloc(2)]);
  }
  if (tag !== 0x04 || content.length < 2) return simple(tag, content);
  const halves = [content.subarray(0, 1), content.subarray(1)].map((half) => simple(0x04, half));
  return Buffer.concat([Buffer.from([0x24, 0x80]), ...halves, Buffer.alloc(2)]);
}

function simple(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content]);
}

describe('ASN.1', () => {
  it('object identifiers are read in every length of their numbers', () => {
    expect(oidOf(read('06092a864886f70d010701'))).to.equal('1.2.840.113549.1.7.1');
    expect(oidOf(read('0603550403'))).to.equal('2.5.4.3');
    expect(oidOf(read('0603883703'))).to.equal('2.999.3');
  });

  it('numbers are read up to a limit', async () => {
    expect(numberOf(read('02022710'), 10_000)).to.equal(10_000);
    await expectError('CONFIG_SETTINGS_INVALID', () => numberOf(read('02022711'), 10_000));
    await expectError('CONFIG_SETTINGS_INVALID', () => numberOf(read('0201ff'), 10_000));
    await expectError('CONFIG_SETTINGS_INVALID', () => numberOf(read('0200'), 10_000));
    await expectError('CONFIG_SETTINGS_INVALID', () => numberOf(read('020700000000000001'), 10_000));
  });

  it('octet strings in pieces are put together', () => {
    expect(octets(read('2480040161040262630000')).toString()).to.equal('abc');
    expect(octets(read('24070401610402 6263'.replace(' ', ''))).toString()).to.equal('abc');
  });

  for (const hex of [
    '',
    '30',
    '3003',
    '1f8101',
    '0480aabb0000',
    '3080020101',
    '0601ff'.padEnd(4, '0') + '00',
    '30060201',
  ]) {
    it(`is refused as damaged: ${hex || 'nothing'}`, async () => {
      await expectError('CONFIG_SETTINGS_INVALID', () => read(hex));
    });
  }

  it('object identifiers that are no such are refused', async () => {
    for (const hex of ['0500', '0600', `060a${'ff'.repeat(9)}01`]) {
      await expectError('CONFIG_SETTINGS_INVALID', () => oidOf(read(hex)));
    }
  });

  it('key stores in BER, as Windows and Mozilla write them, are read', async () => {
    const ber = asBer(readDer(keyStoreFile('one-iteration.p12')));
    expect([...(await openKeyStore(ber, 'letmein')).keys()]).to.deep.equal(['mykey']);
  });
});
