import { expect } from 'chai';
import { parseCertificateIdentity } from '#server/security/certificate-identity.js';
import { addressRanges, createGatewayScheme } from '#server/security/gateway.js';
import { createPrincipal, type Role } from '#server/security/principal.js';
import type { GatewayCredential, Verdict } from '#server/security/scheme.js';
import { aCertificate } from '../../support/presented.js';

const certificate = aCertificate({ dnsNames: ['gateway.example.com'], expiresAt: 7 });

describe('a gateway that says who asks', () => {
  const scheme = createGatewayScheme({
    addresses: addressRanges(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'])!,
    identities: [parseCertificateIdentity('dns:gateway.example.com')!],
    prefix: 'sso:',
    mapping: {
      roles: ['reader'],
      roleMap: new Map<string, Role[]>([
        ['ops', ['operator']],
        ['toString', ['auditor']],
      ]),
    },
  });
  const verify = (more: Partial<GatewayCredential> = {}): Promise<Verdict> =>
    scheme.verify(
      { kind: 'gateway', name: 'ann', roles: null, address: '10.1.2.3', certificate, ...more },
      new AbortController().signal,
    );
  const reason = async (more: Partial<GatewayCredential>): Promise<unknown> => {
    const verdict = await verify(more);
    return verdict.kind === 'refused' ? verdict.reason : verdict.principal.name;
  };

  it('is believed from its address and with its certificate', async () => {
    const roles = ['reader', 'operator'] as const;
    const principal = createPrincipal({ name: 'sso:ann', scheme: 'gateway', roles, expiresAt: 7 });
    expect(await verify({ roles: 'x, ops ,constructor' })).to.deep.equal({ kind: 'recognized', principal });
    for (const address of ['::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1'])
      expect(await reason({ address })).to.equal('sso:ann');
  });

  it('is refused from any other address', async () => {
    for (const address of [
      '',
      '11.0.0.1',
      '192.0.2.8',
      '::1',
      '::ffff:11.0.0.1',
      'fe80::1%eth0',
      '10.1.2.3, 11.0.0.1',
      '010.1.2.3',
    ])
      expect(await reason({ address }), address).to.equal('the header came from an address that is not a gateway’s');
  });

  it('is refused without a certificate, or with one that is not its own', async () => {
    expect(await reason({ certificate: null })).to.equal('the header came without a client certificate');
    expect(await reason({ certificate: aCertificate({ dnsNames: ['other.example.com'] }) })).to.equal(
      'the header came with a certificate that is not a gateway’s',
    );
  });

  it('names users in UTF-8', async () => {
    const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
    expect(await reason({ name: latin1('Ju\u0308rgen \u738b') })).to.equal('sso:J\u00fcrgen \u738b');
    for (const name of ['', 'J\u00fcrgen', 'a\0', 'x'.repeat(300)])
      expect(await reason({ name })).to.equal('the header has no name');
  });

  it('takes its own header only', async () => {
    expect(scheme.takes({ kind: 'certificate', certificate })).to.equal(false);
    expect(await scheme.verify({ kind: 'certificate', certificate }, new AbortController().signal)).to.have.property(
      'kind',
      'refused',
    );
  });

  it('has addresses of the usual forms', () => {
    for (const text of [
      '',
      'x',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0/8',
      '2001:db8::/129',
      '10.0.0.0/-1',
      'localhost',
    ])
      expect(addressRanges([text]), text).to.equal(undefined);
  });
});
