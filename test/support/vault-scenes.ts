/**
 * What is asked of the real engines to have their answers in test/fixtures/vault. `node test/dist/support/record-vault.js`
 * records them anew; test/real/vault-scenes.test.ts compares what is recorded with a real Vault.
 */
import { startClusterApi } from './cluster-api.js';
import { untilReady } from './real-vault.js';
import type { Ask, VaultAsk, VaultScene } from './record-scene.js';
import { enableCertificate, enableJwt, enableKubernetes, fillOrders, must } from './vault-logins.js';

/** What is asked after each login: `kv/orders` may be read, `kv/billing` not. */
async function useToken(ask: Ask, over: Pick<VaultAsk, 'certificate'> = {}): Promise<void> {
  const own = { ...over, token: 'own' } as const;
  await ask({ ...own, method: 'GET', path: 'kv/orders' });
  await ask({ ...own, method: 'GET', path: 'kv/billing' });
  await ask({ ...own, method: 'GET', path: 'auth/token/lookup-self' });
  await ask({ ...own, method: 'POST', path: 'auth/token/renew-self', body: {} });
  await ask({ ...own, method: 'POST', path: 'auth/token/revoke-self', body: {} });
}

const kubernetesLogin: VaultScene = async (vault, ask) => {
  const cluster = await startClusterApi();
  try {
    await fillOrders(vault);
    const { token } = await enableKubernetes(vault, cluster);
    const login = { method: 'POST', path: 'auth/kubernetes/login', token: null } as const;
    const recorded = { role: 'cairn', jwt: 'the-jwt' };
    const other = cluster.tokenOf('shop', 'other');
    await ask({ ...login, body: { role: 'cairn', jwt: other }, recorded: { ...recorded, jwt: 'another-jwt' } });
    await ask({ ...login, body: { role: 'cairn', jwt: token }, recorded });
    await useToken(ask);
  } finally {
    await cluster.close();
  }
};

const jwtLogin: VaultScene = async (vault, ask) => {
  await fillOrders(vault);
  const { token, otherToken } = await enableJwt(vault);
  const login = { method: 'POST', path: 'auth/jwt/login', token: null } as const;
  const recorded = { role: 'cairn', jwt: 'the-jwt' };
  await ask({ ...login, body: { role: 'cairn', jwt: otherToken }, recorded: { ...recorded, jwt: 'another-jwt' } });
  await ask({ ...login, body: { role: 'cairn', jwt: token }, recorded });
  await useToken(ask);
};

const certificateLogin: VaultScene = async (vault, ask) => {
  await fillOrders(vault);
  await enableCertificate(vault);
  const login = { method: 'POST', path: 'auth/cert/login', token: null, body: { name: 'cairn' } } as const;
  await ask({ ...login, certificate: false });
  await ask({ ...login, certificate: true });
  await useToken(ask, { certificate: true });
};

/** What a login with a token of the settings asks. */
const itself = { method: 'GET', path: 'auth/token/lookup-self' } as const;

const database: VaultScene = async (vault, ask) => {
  await ask(itself);
  await must(vault, 'sys/mounts/database', { type: 'database' });
  await must(vault, 'database/config/main', { plugin_name: 'users', allowed_roles: '*' });
  const role = { db_name: 'main', creation_statements: 'CREATE' };
  await must(vault, 'database/roles/orders', { ...role, default_ttl: '1h', max_ttl: '24h' });
  await must(vault, 'database/roles/brief', { ...role, default_ttl: '5s', max_ttl: '10s' });
  const creds = { method: 'GET', path: 'database/creds/orders' } as const;
  const { lease_id: first } = await ask(creds);
  await ask(creds);
  await ask({ ...creds, token: 'wrong' });
  await ask({ method: 'GET', path: 'database/creds/missing' });
  await leases(ask, first!);
  const { lease_id: brief } = await ask({ method: 'GET', path: 'database/creds/brief' });
  // More than the role allows: less is given, with a warning.
  await ask({ method: 'POST', path: 'sys/leases/renew', body: { lease_id: brief, increment: 3600 } });
  const fixed = { db_name: 'main', username: 'orders-app', rotation_period: '24h' };
  await must(vault, 'database/static-roles/fixed', fixed);
  await ask({ method: 'GET', path: 'database/static-creds/fixed' });
};

/** A lease looked up, renewed and revoked; after that it is not known. */
async function leases(ask: Ask, lease: string): Promise<void> {
  const body = { lease_id: lease };
  await ask({ method: 'POST', path: 'sys/leases/lookup', body });
  await ask({ method: 'POST', path: 'sys/leases/renew', body });
  await ask({ method: 'POST', path: 'sys/leases/revoke', body });
  await ask({ method: 'POST', path: 'sys/leases/renew', body });
  await ask({ method: 'POST', path: 'sys/leases/lookup', body });
}

const pki: VaultScene = async (vault, ask) => {
  await ask(itself);
  await must(vault, 'sys/mounts/pki', { type: 'pki' });
  await must(vault, 'pki/root/generate/internal', { common_name: 'Cairn Test CA', key_type: 'ec', ttl: '700h' });
  const role = { allowed_domains: 'example.com', allow_subdomains: true, key_type: 'ec', max_ttl: '72h' };
  await must(vault, 'pki/roles/web', role);
  await must(vault, 'pki/roles/leased', { ...role, generate_lease: true });
  const body = { common_name: 'orders.example.com', ttl: '24h' };
  await ask({ method: 'POST', path: 'pki/issue/web', body });
  const { lease_id: lease } = await ask({ method: 'POST', path: 'pki/issue/leased', body });
  await ask({ method: 'POST', path: 'sys/leases/revoke', body: { lease_id: lease } });
  await ask({ method: 'POST', path: 'pki/issue/web', body: { ...body, common_name: 'orders.example.org' } });
  await ask({ method: 'POST', path: 'pki/issue/missing', body });
  await ask({ method: 'POST', path: 'pki/issue/web', token: 'wrong', body });
};

const transit: VaultScene = async (vault, ask) => {
  await ask(itself);
  await must(vault, 'sys/mounts/transit', { type: 'transit' });
  await must(vault, 'transit/keys/orders', {});
  const encrypted = async (text: string): Promise<string> => {
    const plaintext = Buffer.from(text).toString('base64');
    const { body } = await vault.send('POST', 'transit/encrypt/orders', { plaintext });
    return (body['data'] as unknown as { readonly ciphertext: string }).ciphertext;
  };
  const good = [{ ciphertext: await encrypted('p-one') }, { ciphertext: await encrypted('p-zwei-ü') }];
  const bad = { ciphertext: 'vault:v1:bm90IGEgY2lwaGVydGV4dCBvZiB0aGlzIGtleQ==' };
  const decrypt = { method: 'POST', path: 'transit/decrypt/orders' } as const;
  await ask({ ...decrypt, body: { batch_input: good } });
  const partly = [good[0], bad, good[1]];
  await ask({ ...decrypt, body: { batch_input: partly } });
  await ask({ ...decrypt, path: 'transit/decrypt/billing', body: { batch_input: good } });
  await ask({ ...decrypt, token: 'wrong', body: { batch_input: good } });
  await ask({ ...decrypt, body: { batch_input: partly, partial_failure_response_code: 200 } });
  await ask({ ...decrypt, body: { batch_input: [bad], partial_failure_response_code: 200 } });
  await ask({ ...decrypt, body: { ciphertext: good[0]!.ciphertext } });
  await ask({ ...decrypt, body: { ciphertext: bad.ciphertext } });
  await must(vault, 'transit/keys/orders/rotate', {});
  await ask({ ...decrypt, body: { batch_input: [{ ciphertext: await encrypted('p-two') }, ...good] } });
  await ask({ method: 'GET', path: 'transit/keys/orders' });
};

const metadata: VaultScene = async (vault, ask) => {
  await ask(itself);
  await must(vault, 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
  await untilReady(() => vault.send('GET', 'secret/config'));
  const write = (path: string, password: string) => must(vault, `secret/data/${path}`, { data: { password } });
  await write('orders', 'p-1');
  await write('gone', 'p-gone');
  await vault.send('DELETE', 'secret/data/gone');
  const look = { method: 'GET', path: 'secret/metadata/orders' } as const;
  await ask(look);
  await write('orders', 'p-2');
  await ask(look);
  await ask({ ...look, token: 'wrong' });
  await ask({ ...look, path: 'secret/metadata/missing' });
  await ask({ ...look, path: 'secret/metadata/gone' });
  await ask({ ...look, path: 'secret/data/orders' });
  await ask({ ...look, path: 'secret/data/orders?version=1' });
  await ask({ ...look, path: 'secret/data/orders?version=7' });
  await ask({ ...look, path: 'secret/data/gone' });
  await must(vault, 'secret/destroy/orders', { versions: [1] });
  await ask({ ...look, path: 'secret/data/orders?version=1' });
};

export const vaultScenes: ReadonlyMap<string, VaultScene> = new Map([
  ['login-kubernetes', kubernetesLogin],
  ['login-jwt', jwtLogin],
  ['login-certificate', certificateLogin],
  ['database', database],
  ['pki', pki],
  ['transit', transit],
  ['kv2-metadata', metadata],
]);
