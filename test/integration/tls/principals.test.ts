import { expect } from 'chai';
import type { Pair } from '../../support/authority.js';
import { ask, type Question } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import { openPolicy } from '../../support/open-policy.js';
import { basicHeader } from '../../support/presented.js';
import { clientAuthority, serverAuthority, startTlsStage, type TlsStage } from '../../support/tls-stage.js';

const spiffe = 'spiffe://example.com/ns/shop/sa/orders';
const orders = clientAuthority.issue({ name: 'x', uris: [spiffe] });
const deploy = clientAuthority.issue({ name: 'deploy' });
const gateway = clientAuthority.issue({ name: 'x', dns: ['gateway.example.com'] });
const other = clientAuthority.issue({ name: 'other', dns: ['other.example.com'] });

const security = {
  policy: openPolicy,
  user: { password: 'canary-password', roles: ['admin'] },
  certificates: {
    entries: [
      { identity: 'spiffe://example.com/ns/*/sa/orders', roles: ['admin'] },
      { identity: 'subject:CN=deploy', name: 'deployment', roles: ['operator'] },
    ],
  },
  gateway: {
    header: 'X-Forwarded-User',
    'roles-header': 'X-Forwarded-Groups',
    addresses: ['127.0.0.0/8'],
    certificates: ['dns:gateway.example.com'],
    'role-mapping': { platform: 'admin' },
  },
};

describe('principals by client certificates', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const stage = (more: object = {}): Promise<TlsStage> =>
    startTlsStage(cleanups, {
      files: { 'clients.crt': clientAuthority.cert },
      tls: ({ path }) => ({
        'client-authentication': 'optional',
        'client-ca-certificates-file': `${path}/clients.crt`,
      }),
      settings: { security: { ...security, ...more } },
    });
  const status = async (to: TlsStage, pair?: Pair, headers: Question['headers'] = {}): Promise<number> => {
    const tls = { ca: serverAuthority.cert, ...(pair && { cert: pair.cert, key: pair.key }) };
    return (await ask(to.port, { path: '/orders/default', tls, headers })).status;
  };
  const refusals = (one: TlsStage): readonly unknown[] =>
    one.log().flatMap((line) => (line['event'] === 'authentication-refused' ? [line['msg'] ?? line['message']] : []));

  it('are whom an entry for their SPIFFE id or subject says, with its roles', async () => {
    const one = await stage();
    expect(await status(one, orders)).to.equal(200);
    expect(await status(one, deploy)).to.equal(403);
    expect(await status(one, other)).to.equal(401);
    expect(await status(one)).to.equal(401);
    expect(refusals(one)).to.deep.equal(['credential refused: no entry is for its names']);
  });

  it('are not asked where the request itself says who it is: right or wrong', async () => {
    const one = await stage();
    expect(await status(one, other, { authorization: basicHeader('user', 'canary-password') })).to.equal(200);
    expect(await status(one, orders, { authorization: basicHeader('user', 'wrong') })).to.equal(401);
  });

  it('vouch for users as a gateway from its address, and with its certificate only', async () => {
    const one = await stage();
    const user = { 'x-forwarded-user': 'ann' };
    const admin = { ...user, 'x-forwarded-groups': 'staff, platform' };
    expect(await status(one, gateway, admin)).to.equal(200);
    expect(await status(one, gateway, user)).to.equal(403);
    expect(await status(one, orders, admin)).to.equal(401);
    expect(await status(one, undefined, admin)).to.equal(401);
    expect(await status(one, gateway, { ...admin, authorization: 'Bearer x' })).to.equal(400);
    expect(await status(one, gateway)).to.equal(401);
    const far = await stage({ gateway: { ...security.gateway, addresses: ['10.0.0.0/8'] } });
    expect(await status(far, gateway, admin)).to.equal(401);
    expect(refusals(far)).to.deep.equal([
      'credential refused: the header came from an address that is not a gateway’s',
    ]);
  });
});
