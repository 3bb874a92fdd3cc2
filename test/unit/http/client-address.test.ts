import { expect } from 'chai';
import { addressKey, plainAddress } from '#server/http/addresses.js';
import { clientAddress, trustedProxies } from '#server/http/client-address.js';

describe('the address of a client', () => {
  const trusted = trustedProxies(['10.0.0.0/8', '2001:db8::1']) ?? null;
  const from = (remoteAddress: string, forwarded?: string): string => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    const request = { method: 'GET', url: '/', headers, rawHeaders: [], socket: { remoteAddress } };
    return clientAddress(request, trusted);
  };

  it('is the peer’s, whatever it says, where the peer is not a trusted proxy', () => {
    expect(from('192.0.2.1', '203.0.113.9')).to.equal('192.0.2.1');
    expect(from('::ffff:192.0.2.1')).to.equal('192.0.2.1');
  });

  it('is the first from the right that is not a trusted proxy’s', () => {
    expect(from('10.1.2.3', '203.0.113.9')).to.equal('203.0.113.9');
    expect(from('::ffff:10.1.2.3', '6.6.6.6, 203.0.113.9, 10.9.9.9')).to.equal('203.0.113.9');
    expect(from('2001:db8::1', '[2001:db8:5::7]:4711')).to.equal('2001:db8:5::7');
    expect(from('10.1.2.3', '203.0.113.9:4711')).to.equal('203.0.113.9');
  });

  it('goes no further than to what is no address', () => {
    expect(from('10.1.2.3', '203.0.113.9, unknown')).to.equal('10.1.2.3');
    expect(from('10.1.2.3', '203.0.113.9, <script>, 10.7.7.7')).to.equal('10.7.7.7');
    expect(from('10.1.2.3', '')).to.equal('10.1.2.3');
    expect(from('10.1.2.3')).to.equal('10.1.2.3');
    expect(from('10.1.2.3', '10.4.4.4')).to.equal('10.4.4.4');
  });

  it('takes addresses and ranges of proxies, and nothing else', () => {
    for (const text of ['', 'proxy', '10.0.0.0/33', '10.0.0.0/x', '10.0.0/8', '2001:db8::/129'])
      expect(trustedProxies([text]), text).to.equal(undefined);
    expect(trustedProxies(['2001:db8::/32'])?.has('2001:db8:9::1')).to.equal(true);
    expect(trustedProxies(['0.0.0.0/0'])?.has('not an address')).to.equal(false);
  });

  it('counts a /64 of IPv6 as one', () => {
    expect(addressKey('2001:db8:0:1::5')).to.equal('2001:db8:0:1::/64');
    expect(addressKey('2001:DB8::1:0:0:0:9')).to.equal('2001:db8:0:1::/64');
    expect(addressKey('::1')).to.equal('0:0:0:0::/64');
    expect(addressKey('fe80::1%eth0')).to.equal('fe80:0:0:0::/64');
    expect(addressKey('::ffff:192.0.2.1')).to.equal('192.0.2.1');
    expect(plainAddress('192.0.2.1')).to.equal('192.0.2.1');
  });
});
