import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { createCertificateScheme } from '#server/security/certificate.js';
import { parseCertificateIdentity } from '#server/security/certificate-identity.js';
import { certificateOf, type ReadableCertificate } from '#server/security/certificate-of.js';
import type { ClientCertificate } from '#server/security/presented.js';
import { createPrincipal } from '#server/security/principal.js';
import type { Verdict } from '#server/security/scheme.js';
import { aCertificate } from '../../support/presented.js';
import { selfSigned } from '../../support/self-signed.js';

const never = new AbortController().signal;

describe('the identity of a certificate', () => {
  const orders = aCertificate({
    subject: 'CN=orders,OU=shop,O=Example\\, Inc.',
    dnsNames: ['Orders.shop.example.com', 'x.example.com'],
    uris: ['spiffe://example.com/ns/shop/sa/orders'],
  });
  const fitting: readonly (readonly [string, string | undefined])[] = [
    ['subject:CN=orders,OU=shop,O=Example\\, Inc.', orders.subject],
    ['subject:CN=*,OU=shop,O=Example\\, Inc.', orders.subject],
    ['subject:CN=*,O=Example\\, Inc.', undefined],
    ['subject:CN=orders', undefined],
    ['subject:cn=orders,OU=shop,O=Example\\, Inc.', undefined],
    ['dns:orders.shop.example.com', 'orders.shop.example.com'],
    ['dns:*.example.com', 'x.example.com'],
    ['dns:*.*.example.com', 'orders.shop.example.com'],
    ['dns:example.com', undefined],
    ['dns:orders.shop.exampleXcom', undefined],
    ['uri:spiffe://example.com/ns/shop/sa/orders', orders.uris[0]],
    ['uri:spiffe://example.com/*', undefined],
    ['spiffe://example.com/ns/shop/sa/orders', orders.uris[0]],
    ['spiffe://example.com/ns/*/sa/*', orders.uris[0]],
    ['spiffe://example.com/ns/*', undefined],
    ['spiffe://example.org/ns/shop/sa/orders', undefined],
    ['spiffe://example.com/ns/shop/sa/order', undefined],
  ];
  for (const [text, found] of fitting) {
    it(`is ${found === undefined ? 'another than' : 'that of'} ${text}`, () => {
      expect(parseCertificateIdentity(text)!(orders)).to.equal(found);
    });
  }

  it('is a SPIFFE id only where it is the one URI, and is one', () => {
    const fits = parseCertificateIdentity('spiffe://example.com/*/*')!;
    const of = (...uris: readonly string[]): string | undefined => fits(aCertificate({ uris }));
    expect(of('spiffe://example.com/a/b')).to.equal('spiffe://example.com/a/b');
    for (const uris of [
      [],
      ['spiffe://example.com/a/b', 'https://x'],
      ['spiffe://example.com/a/..'],
      ['spiffe://example.com/./b'],
    ])
      expect(of(...uris), uris.join()).to.equal(undefined);
    for (const uri of [
      'spiffe://example.com/a/b?x',
      'spiffe://example.com/a/b%2f',
      'spiffe://EXAMPLE.com/a/b',
      'spiffe://example.com/a/',
      'SPIFFE://example.com/a/b',
    ])
      expect(of(uri), uri).to.equal(undefined);
  });

  it('has a form of its own', () => {
    for (const text of [
      '',
      'orders',
      'dns:',
      'CN=orders',
      'email:a@b',
      'spiffe://*/x',
      'spiffe://example.com',
      `dns:${'*.'.repeat(9)}x`,
    ])
      expect(parseCertificateIdentity(text), text).to.equal(undefined);
  });
});

describe('client certificates', () => {
  const scheme = createCertificateScheme([
    { identity: parseCertificateIdentity('subject:CN=ann,O=Example')!, name: 'ann', roles: ['admin'] },
    { identity: parseCertificateIdentity('dns:*.example.com')!, name: null, roles: ['reader'] },
  ]);
  const verify = (certificate: ClientCertificate): Promise<Verdict> =>
    scheme.verify({ kind: 'certificate', certificate }, never);

  it('are whom the first entry that fits says, until they end', async () => {
    const ann = aCertificate({ subject: 'CN=ann,O=Example', dnsNames: ['x.example.com'], expiresAt: 5 });
    const principal = createPrincipal({ name: 'ann', scheme: 'certificate', roles: ['admin'], expiresAt: 5 });
    expect(await verify(ann)).to.deep.equal({ kind: 'recognized', principal });
    const named = await verify(aCertificate({ dnsNames: ['x.example.com'] }));
    expect(named).to.have.nested.property('principal.name', 'x.example.com');
  });

  it('are refused where no entry fits, or what fits cannot be a name', async () => {
    expect(await verify(aCertificate())).to.deep.equal({ kind: 'refused', reason: 'no entry is for its names' });
    const long = aCertificate({ dnsNames: [`${'x'.repeat(300)}.example.com`] });
    expect(await verify(long)).to.have.property('reason', 'what it is named for cannot be a name');
  });

  it('take nothing but certificates', async () => {
    expect(scheme.takes({ kind: 'bearer', token: 'x' })).to.equal(false);
    expect(await scheme.verify({ kind: 'bearer', token: 'x' }, never)).to.have.property('kind', 'refused');
  });
});

describe('what is read of a certificate', () => {
  const like = (parts: Partial<ReadableCertificate>): ClientCertificate =>
    certificateOf({
      ...{ subject: 'CN=x', subjectAltName: undefined, fingerprint256: 'AB:CD', validTo: 'Jan 31 00:00:00 2100 GMT' },
      ...parts,
    });

  it('is its subject as RFC 4514 writes it, its fingerprint and its end', () => {
    const read = certificateOf(new X509Certificate(selfSigned.cert));
    expect(read).to.include({ subject: 'CN=cairn test', expiresAt: Date.UTC(2120, 0, 1) });
    expect(read.fingerprint).to.match(/^[0-9a-f]{64}$/);
    expect(like({ subject: 'C=DE\nO=Example\\, Inc.\nCN=orders + UID=7' }).subject).to.equal(
      'CN=orders + UID=7,O=Example\\, Inc.,C=DE',
    );
  });

  it('is each of its names, also where one is made to look like two', () => {
    const names = ({ dnsNames, uris }: ClientCertificate): unknown => ({ dnsNames, uris });
    const of = (subjectAltName: string): unknown => names(like({ subjectAltName }));
    expect(of('DNS:a.example, URI:spiffe://x/y, IP Address:127.0.0.1, DNS:b.example')).to.deep.equal({
      dnsNames: ['a.example', 'b.example'],
      uris: ['spiffe://x/y'],
    });
    expect(of('DNS:"a.example, DNS:admin.example", URI:"x\\u0000y"')).to.deep.equal({
      dnsNames: ['a.example, DNS:admin.example'],
      uris: ['x\u0000y'],
    });
    for (const broken of ['DNS:a"b', 'DNS:"a', ', DNS:a', 'DNS:"a" DNS:b', 'nonsense'])
      expect(of(`DNS:ok, ${broken}`), broken).to.deep.equal({ dnsNames: [], uris: [] });
    expect(names(like({}))).to.deep.equal({ dnsNames: [], uris: [] });
  });
});
