import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ask, jsonOf, type Reply } from '../support/ask.js';
import { createCanaries, type Canaries } from '../support/canaries.js';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aFolder } from '../support/folders.js';
import { startProgram, type ProgramProcess } from '../support/program-process.js';
import { fillVault, needTestServer, needVault, startRealVault, type RealVault } from '../support/real-vault.js';
import { must } from '../support/vault-logins.js';

const policy =
  'path "secret/*" { capabilities = ["read"] }\npath "secret/data/orders/locked" { capabilities = ["deny"] }';
const files = {
  'orders.yml': 'password: "{vault}:orders/db#password"\nurl: db://${vault:orders/db#password}@db\n',
  'first.yml': 'password: "{vault}:orders/db?version=1#password"\n',
  'locked.yml': 'locked: "{vault}:orders/locked#password"\nmissing: "{vault}:orders/none#password"\n',
  'billing.yml': 'password: "{vault}:orders/db#password"\n',
  'cold.yml': 'password: "{vault}:cold#password"\n',
  'plain.yml': 'a: 1\n',
};

describe('references to a real Vault, under a whole server', () => {
  const cleanups = createCleanups();
  let program = '';
  let vault: RealVault;
  let canaries: Canaries;
  let userpass: object;
  before(function () {
    program = needVault(this);
  });
  beforeEach(async () => {
    canaries = createCanaries();
    vault = cleanups.add(await startRealVault(program));
    const secret = (kind: string): object => ({ password: canaries.mint(kind) });
    const data = { 'orders/db': secret('first'), 'orders/locked': secret('locked'), cold: secret('cold') };
    await fillVault(vault, { secret: { version: 2, data } });
    await must(vault, 'secret/data/orders/db', { data: secret('second') });
    await must(vault, 'sys/policies/acl/cairn', { policy });
    await must(vault, 'sys/auth/userpass', { type: 'userpass' });
    const password = canaries.mint('password of the server in Vault');
    await must(vault, 'auth/userpass/users/cairn', { password, token_policies: 'cairn' });
    userpass = { username: 'cairn', password };
  });
  afterEach(() => cleanups.run());

  interface Stage {
    readonly get: (at: string) => Promise<Reply>;
    readonly cairn: ProgramProcess;
    readonly folder: string;
  }
  async function stage(staleLimit: string): Promise<Stage> {
    const folder = cleanups.add(await aFolder());
    const settings = {
      'data-directory': path.join(folder.path, 'data'),
      observability: { log: { level: 'trace' } },
      sources: [{ type: 'native', 'search-locations': [path.join(folder.path, 'config')] }],
      vault: {
        address: vault.address,
        auth: { method: 'userpass', userpass },
        'time-to-live': '0s',
        'stale-limit': staleLimit,
      },
      secrets: {
        'kv-version': 2,
        allow: [
          { applications: ['orders', 'first', 'locked', 'cold'], paths: ['secret/orders/*', 'secret/{application}'] },
        ],
      },
      audit: { sinks: ['file', 'stdout'] },
    };
    const inConfig = Object.entries(files).map(([name, text]) => [`config/${name}`, text] as const);
    await folder.write({ ...Object.fromEntries(inConfig), 'settings/cairn.json': JSON.stringify(settings) });
    const config = path.join(folder.path, 'settings/cairn.json');
    const cairn = startProgram(['serve', '--port', '0', '--config', config]);
    cleanups.add({
      close: async () => {
        cairn.signal('SIGTERM');
        await cairn.ended;
      },
    });
    const port = Number(new URL(await cairn.url).port);
    return { cairn, folder: path.join(folder.path, 'data'), get: (at) => ask(port, { path: at }) };
  }
  /** Status, code of an error, whether it is stale, and the canaries in it. */
  const told = (reply: Reply): readonly unknown[] => [
    reply.status === 200 ? 200 : jsonOf(reply)['code'],
    reply.headers['x-config-stale'] === 'true',
    canaries.in(`${reply.headerLines.join('\n')}${reply.body.toString()}`),
  ];
  const unresolved = ['CONFIG_SECRET_UNRESOLVED', false, []];

  it('are resolved for those whom the policy allows them, and refused to others', async () => {
    const { get } = await stage('10m');
    expect(told(await get('/orders/default'))).to.deep.equal([200, false, ['second']]);
    expect(told(await get('/first/default'))).to.deep.equal([200, false, ['first']]);
    expect(told(await get('/billing/default'))).to.deep.equal(['CONFIG_SECRET_FORBIDDEN', false, []]);
    expect(told(await get('/orders,billing/default'))).to.deep.equal(['CONFIG_SECRET_FORBIDDEN', false, []]);
    const locked = await get('/locked/default');
    expect(told(locked)).to.deep.equal([200, false, []]);
    expect(locked.body.toString()).to.contain('"invalid.locked":"<n/a>","invalid.missing":"<n/a>"');
  });

  it('go on being answered from what is kept while Vault is sealed, marked, and recover by themselves', async function () {
    const { unsealKeys } = needTestServer(this, vault);
    const { get } = await stage('10m');
    await get('/orders/default');
    await vault.send('PUT', 'sys/seal');
    expect(told(await get('/orders/default'))).to.deep.equal([200, true, ['second']]);
    expect(told(await get('/cold/default'))).to.deep.equal(unresolved);
    expect(told(await get('/plain/default'))).to.deep.equal([200, false, []]);
    await vault.send('PUT', 'sys/unseal', { key: unsealKeys[0] });
    await eventually(async () => {
      expect(told(await get('/orders/default'))).to.deep.equal([200, false, ['second']]);
      expect(told(await get('/cold/default'))).to.deep.equal([200, false, ['cold']]);
      return true;
    });
  });

  it('fail past the limit, and nothing else does', async () => {
    const { get } = await stage('0s');
    await get('/orders/default');
    await vault.send('PUT', 'sys/seal');
    expect(told(await get('/orders/default'))).to.deep.equal(unresolved);
    expect(told(await get('/plain/default'))).to.deep.equal([200, false, []]);
  });

  it('leave no secret in the log, the audit, health or any file, on good days and bad ones', async () => {
    const { get, cairn, folder } = await stage('10m');
    const applications = Object.keys(files).map((name) => name.replace('.yml', ''));
    const askAll = async (): Promise<void> => {
      for (const name of applications)
        for (const at of [`/${name}/default`, `/${name}-default.yml`, `/${name}/default/main/${name}.yml`])
          await get(at);
      for (const at of ['/actuator/health', '/actuator/health/vault', '/actuator/info', '/-/audit'])
        expect(told(await get(at))[2], at).to.deep.equal([]);
    };
    await askAll();
    await vault.send('POST', 'sys/leases/revoke-prefix/auth/userpass/login/cairn', {});
    await askAll();
    await vault.send('PUT', 'sys/seal');
    await askAll();
    await vault.close();
    await askAll();
    cairn.signal('SIGTERM');
    expect(await cairn.ended).to.equal(0);
    expect(canaries.in(cairn.output())).to.deep.equal([]);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile()))
      expect(canaries.in(await readFile(path.join(entry.parentPath, entry.name))), entry.name).to.deep.equal([]);
  });
});
