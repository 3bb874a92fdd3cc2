import { X509Certificate } from 'node:crypto';
import { load } from 'cairn-config-client';
import { expect } from 'chai';
import type { VaultAuth } from '#server/vault/login.js';
import type { LeaseAt } from '#server/vault/lease-at.js';
import { createLeases, type Leases } from '#server/vault/leases.js';
import { createVault, type Vault } from '#server/vault/vault.js';
import { startCairnApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aFolder } from '../support/folders.js';
import { aLease } from '../support/lease-stage.js';
import { noAbort } from '../support/queries.js';
import { needTestServer, needVault, startRealVault, type RealVault, type TestServer } from '../support/real-vault.js';
import { aSettingsFolder } from '../support/settings-folder.js';
import { must } from '../support/vault-logins.js';
import { vaultOptions } from '../support/vault-options.js';

const policy = `
path "database/creds/*" { capabilities = ["read"] }
path "pki/issue/*" { capabilities = ["update"] }
path "sys/leases/revoke" { capabilities = ["update"] }
`;

describe('dynamic secrets of a real Vault', () => {
  const cleanups = createCleanups();
  let program = '';
  let real: RealVault;
  let testServer: TestServer;
  before(function () {
    program = needVault(this);
  });
  beforeEach(async function () {
    real = cleanups.add(await startRealVault(program));
    testServer = needTestServer(this, real);
    await must(real, 'sys/policies/acl/leasing', { policy });
    await must(real, 'sys/auth/userpass', { type: 'userpass' });
    await must(real, 'sys/mounts/database', { type: 'database' });
    await must(real, 'database/config/main', { plugin_name: 'users', allowed_roles: '*' });
  });
  afterEach(() => cleanups.run());

  const login: VaultAuth = { method: 'userpass', path: 'userpass', username: 'cairn', password: 'p' };
  const addUser = (settings: object = {}): Promise<void> =>
    must(real, 'auth/userpass/users/cairn', { password: 'p', token_policies: 'leasing', ...settings });
  const addRole = (times: object): Promise<void> =>
    must(real, 'database/roles/orders', { db_name: 'main', creation_statements: 'CREATE', ...times });

  interface Opened {
    readonly vault: Vault;
    readonly leases: Leases;
    readonly types: string[];
    readonly user: () => Promise<string>;
  }
  const open = (revokeOnClose = true): Opened => {
    const vault = cleanups.add(createVault({ ...vaultOptions(real.address), auth: login }));
    const types: string[] = [];
    if (!revokeOnClose) vault.logins.leave();
    const leases = cleanups.add(
      createLeases({
        asServer: vault.asServer,
        logins: vault.logins,
        revokeOnClose,
        closeMs: 5000,
        onEvent: ({ type }) => void types.push(type),
      }),
    );
    return { vault, leases, types, user: async () => String(await valueOf(leases, aLease(), 'username')) };
  };
  const valueOf = async (leases: Leases, at: LeaseAt, key: string): Promise<unknown> => {
    const outcome = await leases.get(at, noAbort());
    return outcome.kind === 'secret' ? outcome.secret.values?.get(key) : outcome;
  };
  const users = async (): Promise<readonly string[]> => [...(await testServer.users()).keys()].sort();

  it('are renewed to their longest time, replaced while both are good, and end then', async () => {
    await addUser();
    await addRole({ default_ttl: '3s', max_ttl: '6s' });
    const { user, types } = open();
    const first = await user();
    expect(await users()).to.deep.equal([first]);
    const second = await eventually(async () => {
      const next = await user();
      return next === first ? undefined : next;
    });
    expect(await users()).to.deep.equal([first, second].sort());
    expect(types.slice(0, 2)).to.deep.equal(['lease-created', 'lease-renewed']);
    expect(types.at(-1)).to.equal('lease-replaced');
    await eventually(async () => ((await users()).includes(first) ? undefined : true));
    expect(await users()).to.include(await user());
  });

  it('are revoked when the server stops', async () => {
    await addUser();
    await addRole({ default_ttl: '1h' });
    const { user, leases } = open();
    const one = await user();
    expect(await users()).to.deep.equal([one]);
    await leases.close();
    await eventually(async () => ((await users()).length === 0 ? true : undefined));
  });

  it('live on after the server where it is told to leave them', async () => {
    await addUser();
    await addRole({ default_ttl: '1h' });
    const { user, leases, vault } = open(false);
    const one = await user();
    await leases.close();
    await vault.close();
    // With another login there is another user, and the first one has stayed.
    const other = await open(false).user();
    expect(await users()).to.deep.equal([one, other].sort());
  });

  it('are replaced before the login of the server ends, which would take them with it', async () => {
    await addUser({ token_ttl: '6s', token_max_ttl: '6s' });
    await addRole({ default_ttl: '1h' });
    const { user, types } = open();
    const first = await user();
    const second = await eventually(async () => {
      const next = await user();
      return next === first ? undefined : next;
    });
    expect(await users()).to.deep.equal([first, second].sort());
    expect(types).to.deep.equal(['lease-created', 'lease-replaced']);
    await eventually(async () => ((await users()).includes(first) ? undefined : true));
    expect(await users()).to.include(await user());
  });

  it('are had anew where the token of the server has been revoked in the middle, and they with it', async () => {
    await addUser();
    await addRole({ default_ttl: '3s', max_ttl: '1h' });
    const { user } = open();
    const first = await user();
    await must(real, 'sys/leases/revoke-prefix/auth/userpass', {});
    await eventually(async () => ((await users()).includes(first) ? undefined : true));
    const second = await eventually(async () => {
      const next = await user();
      return next === first ? undefined : next;
    });
    expect(await users()).to.deep.equal([second]);
  });

  it('that somebody has revoked are had anew at the next renewal', async () => {
    await addUser();
    await addRole({ default_ttl: '3s', max_ttl: '1h' });
    const { user, types } = open();
    const first = await user();
    await must(real, 'sys/leases/revoke-prefix/database/creds/orders', {});
    const second = await eventually(async () => {
      const next = await user();
      return next === first ? undefined : next;
    });
    expect(types).to.deep.equal(['lease-created', 'lease-failed', 'lease-replaced']);
    expect(await users()).to.include(second);
  });

  it('certificates are issued to the names that are posted, and replaced before they expire', async () => {
    await addUser();
    await must(real, 'sys/mounts/pki', { type: 'pki' });
    await must(real, 'pki/root/generate/internal', { common_name: 'Cairn Test CA', key_type: 'ec', ttl: '700h' });
    const names = { allowed_domains: 'example.com', allow_subdomains: true, key_type: 'ec', not_before_duration: '0s' };
    await must(real, 'pki/roles/web', names);
    const { leases } = open();
    const web = aLease({ path: 'pki/issue/web', parameters: { common_name: 'orders.example.com', ttl: '4s' } });
    const certificate = async (): Promise<X509Certificate> =>
      new X509Certificate(String(await valueOf(leases, web, 'certificate')));
    const first = await certificate();
    expect(first.subject).to.equal('CN=orders.example.com');
    const second = await eventually(async () => {
      const next = await certificate();
      return next.serialNumber === first.serialNumber ? undefined : next;
    });
    expect(Date.parse(second.validFrom)).to.be.below(Date.parse(first.validTo));
  });

  it('reach two instances of a service as two users who are let in, and go with the server', async () => {
    await addUser();
    await addRole({ default_ttl: '1h' });
    const files = cleanups.add(
      await aFolder({
        'orders.yml':
          'db:\n  user: "{vault}:database/creds/orders#username"\n  password: "{vault}:database/creds/orders#password"\n',
      }),
    );
    const folder = cleanups.add(await aSettingsFolder());
    const config = await folder.write(
      'cairn.yml',
      `data-directory: ${folder.path}
vault: { address: "${real.address}", auth: { method: userpass, userpass: { username: cairn, password: p } } }
sources: [{ type: native, search-locations: ["${files.path}"] }]
secrets:
  dynamic: [{ path: database/creds/orders, per: instance }]
  allow: [{ applications: [orders], paths: ["database/creds/{application}"] }]
`,
    );
    const app = cleanups.add(await startCairnApp(config));
    const open = async () => cleanups.add(await load({ url: app.url, application: 'orders', refresh: false }));
    const [one, other] = [await open(), await open()];
    const entries = [one, other].map((service) => [service.get('db.user'), service.get('db.password')]);
    expect(new Map(entries as [string, string][])).to.deep.equal(await testServer.users());
    expect((await users()).length).to.equal(2);
    await app.close();
    await eventually(async () => ((await users()).length === 0 ? true : undefined));
  });
});
