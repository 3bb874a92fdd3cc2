import { expect } from 'chai';
import path from 'node:path';
import { startCairnProcess } from '../support/cairn-process.js';
import { createCleanups } from '../support/cleanups.js';
import { startService } from '../support/client-process.js';
import { eventually } from '../support/eventually.js';
import { aFolder } from '../support/folders.js';
import { fillVault, needVault, startRealVault, type RealVault } from '../support/real-vault.js';

const policy = `
path "secret/data/*" { capabilities = ["read"] }
path "secret/metadata/*" { capabilities = ["read"] }
path "transit/decrypt/orders" { capabilities = ["update"] }
`;

describe('a server, a service and a real Vault, each in a process of its own', () => {
  const cleanups = createCleanups();
  let program = '';
  let vault: RealVault;
  before(function () {
    program = needVault(this);
  });
  beforeEach(async () => {
    vault = cleanups.add(await startRealVault(program));
    await fillVault(vault, { secret: { version: 2, data: { orders: { password: 'p-1' } } } });
    await vault.send('POST', 'sys/policies/acl/cairn', { policy });
    await vault.send('POST', 'sys/auth/userpass', { type: 'userpass' });
    await vault.send('POST', 'auth/userpass/users/cairn', { password: 'p', token_policies: 'cairn' });
    await vault.send('POST', 'sys/mounts/transit', { type: 'transit' });
    await vault.send('POST', 'transit/keys/orders', {});
  });
  afterEach(() => cleanups.run());

  const sealed = async (text: string): Promise<string> => {
    const plaintext = Buffer.from(text).toString('base64');
    const { body } = await vault.send('POST', 'transit/encrypt/orders', { plaintext });
    return (body['data'] as unknown as { readonly ciphertext: string }).ciphertext;
  };
  const stage = async (files: Readonly<Record<string, string>>) => {
    const folder = cleanups.add(await aFolder());
    await folder.write({
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`config/${name}`, text])),
      'cairn.yml': JSON.stringify({
        'data-directory': path.join(folder.path, 'data'),
        sources: [{ type: 'native', 'search-locations': [path.join(folder.path, 'config')] }],
        vault: {
          address: vault.address,
          auth: { method: 'userpass', userpass: { username: 'cairn', password: 'p' } },
          'time-to-live': '1h',
        },
        secrets: {
          'kv-version': 2,
          'poll-interval': '100ms',
          allow: [{ applications: ['orders'], paths: ['secret/{application}', 'transit/{application}'] }],
        },
      }),
    });
    const cairn = cleanups.add(await startCairnProcess(['--config', path.join(folder.path, 'cairn.yml')]));
    return { cairn, get: (at: string) => fetch(`${cairn.url}${at}`, { signal: AbortSignal.timeout(10_000) }) };
  };
  const accessors = async (): Promise<readonly string[]> => {
    const { body } = await vault.send('LIST', 'auth/token/accessors');
    return (body['data'] as unknown as { readonly keys: readonly string[] }).keys;
  };
  const rotate = (password: string) => vault.send('POST', 'secret/data/orders', { data: { password } });
  const files = { 'orders.yml': 'password: "{vault}:orders#password"\nplain: 1\n' };

  it('bring a rotated secret to the running service as the one key that changed', async () => {
    const { cairn } = await stage(files);
    const service = cleanups.add(await startService(cairn.url, 'orders', 'default'));
    expect(service.loaded.current).to.deep.equal({ password: 'p-1', plain: 1 });
    await rotate('p-2');
    const { changed, added, removed } = await service.nextChange();
    expect({ changed, added, removed }).to.deep.equal({
      changed: [{ key: 'password', previous: 'p-1', next: 'p-2' }],
      added: [],
      removed: [],
    });
  });

  it('bring it back after its newest version was deleted and undeleted', async () => {
    const { cairn } = await stage(files);
    const service = cleanups.add(await startService(cairn.url, 'orders', 'default'));
    await vault.send('DELETE', 'secret/data/orders');
    expect((await service.nextChange()).added).to.deep.equal([{ key: 'invalid.password', next: '<n/a>' }]);
    await vault.send('POST', 'secret/undelete/orders', { versions: [1] });
    expect((await service.nextChange()).added).to.deep.equal([{ key: 'password', next: 'p-1' }]);
  });

  it('go on where the server’s token is revoked in the middle', async () => {
    const { cairn } = await stage(files);
    const service = cleanups.add(await startService(cairn.url, 'orders', 'default'));
    const before = await accessors();
    await vault.send('POST', 'sys/leases/revoke-prefix/auth/userpass/login/cairn', {});
    const after = await accessors();
    expect(before.filter((accessor) => !after.includes(accessor)).length).to.equal(1);
    await rotate('p-2');
    expect((await service.nextChange()).changed).to.deep.equal([{ key: 'password', previous: 'p-1', next: 'p-2' }]);
  });

  it('go on with what is kept while Vault is sealed', async () => {
    const { get } = await stage(files);
    const before = await (await get('/orders/default')).json();
    await vault.send('PUT', 'sys/seal');
    await eventually(async () =>
      (await (await get('/actuator/health/vault')).text()).includes('sealed') ? true : undefined,
    );
    expect(await (await get('/orders/default')).json()).to.deep.equal(before);
  });

  it('decrypt what the transit engine has encrypted, after its key was rotated, too; one bad text harms no other', async () => {
    const first = await sealed('p-one');
    await vault.send('POST', 'transit/keys/orders/rotate', {});
    const lines = [`a: "{transit:orders}${first}"`, `b: "{transit:orders}${await sealed('p-zwei-ü')}"`];
    const bad = 'c: "{transit:orders}vault:v1:bm90IGEgY2lwaGVydGV4dCBvZiB0aGlzIGtleQ=="';
    const { get } = await stage({ 'orders.yml': [...lines, bad].join('\n'), 'billing.yml': lines.join('\n') });
    const { propertySources } = (await (await get('/orders/default')).json()) as {
      propertySources: [{ source: object }];
    };
    expect(propertySources[0].source).to.deep.equal({ a: 'p-one', b: 'p-zwei-ü', 'invalid.c': '<n/a>' });
    const refused = await get('/billing/default');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).to.deep.equal([
      403,
      'CONFIG_SECRET_FORBIDDEN',
    ]);
  });
});
