import { expect } from 'chai';
import fc from 'fast-check';
import { credentialId, credentialOf } from '#server/security/credential.js';
import { aCertificate, aPresented } from '../../support/presented.js';

const gateway = { name: 'x-forwarded-user', roles: 'x-forwarded-groups' };
const places = { gateway, certificates: true };
const plain = { gateway: null, certificates: false };

describe('the credential of a request', () => {
  const ofLine = (authorization: string) => credentialOf(aPresented({ headers: { authorization } }), plain);

  it('is what the one Authorization line has, its scheme in any letters', () => {
    expect(ofLine('Basic dTpw')).to.deep.equal({ kind: 'one', credential: { kind: 'basic', encoded: 'dTpw' } });
    expect(ofLine('bEARER  a.b-c_d~+/==')).to.deep.equal({
      kind: 'one',
      credential: { kind: 'bearer', token: 'a.b-c_d~+/==' },
    });
  });

  const malformed = [
    '',
    'Basic',
    'Bearer ',
    'Bearer a b',
    'Bearer a,b',
    'Bearer a, Bearer b',
    'Bearer =',
    'Bearer a=b',
    'Bearer caf\u00e9',
    'Bearer\ta',
    'Digest username="x", realm="y"',
    'Negotiate abcd',
    'token abcd',
    'Basic dTpw\u0000',
    `Bearer ${'a'.repeat(16 * 1024)}`,
    `Bearer ${'a'.repeat(64 * 1024)}`,
    `Bearer${' '.repeat(100)}a`,
  ];
  for (const line of malformed) {
    it(`has no form that is known in ${JSON.stringify(line.slice(0, 40))} of ${line.length} characters`, () => {
      expect(ofLine(line)).to.deep.equal({ kind: 'malformed' });
    });
  }

  it('is none where the request brings nothing', () => {
    expect(credentialOf(aPresented(), places)).to.deep.equal({ kind: 'none' });
  });

  it('is ambiguous with two Authorization lines, equal ones too, or with one beside the header of a gateway', () => {
    const several = [
      { authorization: ['Basic dTpw', 'Basic dTpw'] },
      { authorization: ['Basic dTpw', 'Bearer x'] },
      { authorization: 'Bearer x', 'x-forwarded-user': 'ann' },
      { 'x-forwarded-user': ['ann', 'bob'] },
      { 'x-forwarded-user': 'ann', 'x-forwarded-groups': ['a', 'b'] },
    ];
    for (const headers of several)
      expect(credentialOf(aPresented({ headers }), places), JSON.stringify(headers)).to.deep.equal({
        kind: 'several',
      });
  });

  it('is the certificate of the connection where the request itself brings nothing', () => {
    const certificate = aCertificate();
    expect(credentialOf(aPresented({ certificate }), places)).to.deep.equal({
      kind: 'one',
      credential: { kind: 'certificate', certificate },
    });
    const both = aPresented({ certificate, headers: { authorization: 'Bearer x' } });
    expect(credentialOf(both, places)).to.deep.equal({ kind: 'one', credential: { kind: 'bearer', token: 'x' } });
    expect(credentialOf(aPresented({ certificate }), plain)).to.deep.equal({ kind: 'none' });
    const wrong = aPresented({ certificate, headers: { authorization: 'nonsense' } });
    expect(credentialOf(wrong, places)).to.deep.equal({ kind: 'malformed' });
  });

  it('is what a gateway says where one is configured, with all that makes it trusted', () => {
    const certificate = aCertificate();
    const headers = { 'x-forwarded-user': 'ann', 'x-forwarded-groups': 'a,b' };
    const presented = aPresented({ headers, certificate, address: '10.0.0.1' });
    expect(credentialOf(presented, places)).to.deep.equal({
      kind: 'one',
      credential: { kind: 'gateway', name: 'ann', roles: 'a,b', certificate, address: '10.0.0.1' },
    });
    expect(credentialOf(aPresented({ headers }), plain)).to.deep.equal({ kind: 'none' });
    const { roles: _, ...bare } = gateway;
    expect(credentialOf(aPresented({ headers }), { ...plain, gateway: { ...bare, roles: null } })).to.deep.include({
      credential: { kind: 'gateway', name: 'ann', roles: null, certificate: null, address: '192.0.2.1' },
    });
  });

  it('is found in any line without an error, and never in a line that a comma splits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        const { kind } = ofLine(`${left},${right}`);
        expect(kind).to.equal('malformed');
        expect(['one', 'malformed']).to.contain(ofLine(left).kind);
      }),
    );
  });

  it('has an id that is equal for equal credentials only, and has nothing of the credential', () => {
    const certificate = aCertificate();
    const same = { kind: 'gateway', name: 'ann', roles: null, address: '10.0.0.1', certificate } as const;
    const ids = [
      credentialId({ kind: 'basic', encoded: 'secret' }),
      credentialId({ kind: 'bearer', token: 'secret' }),
      credentialId({ kind: 'certificate', certificate }),
      credentialId(same),
      credentialId({ ...same, name: 'bob' }),
      credentialId({ ...same, roles: '' }),
      credentialId({ ...same, address: '10.0.0.2' }),
      credentialId({ ...same, certificate: null }),
    ];
    expect(new Set(ids).size).to.equal(ids.length);
    expect(credentialId({ kind: 'basic', encoded: 'secret' }))
      .to.equal(ids[0])
      .and.match(/^[\w-]{43}$/);
  });
});
