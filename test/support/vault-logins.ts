import type { ClusterApi } from './cluster-api.js';
import { fillVault, type RealVault } from './real-vault.js';
import { selfSigned } from './self-signed.js';
import { jwtKey, signedJwt } from './signed-jwt.js';

const policy = 'path "kv/orders" { capabilities = ["read"] }';

/** `kv/orders` and `kv/billing`, and a policy `reader` that lets the first be read. */
export async function fillOrders(vault: RealVault): Promise<void> {
  const data = { orders: { password: 'p-orders' }, billing: { password: 'p-billing' } };
  await fillVault(vault, { kv: { version: 1, data } });
  await must(vault, 'sys/policies/acl/reader', { policy });
}

const granted = { token_policies: 'reader', token_ttl: '1h' };

/** Roles `cairn` for the service account `cairn` of the namespace `shop`. */
export async function enableKubernetes(vault: RealVault, cluster: ClusterApi): Promise<{ readonly token: string }> {
  await must(vault, 'sys/auth/kubernetes', { type: 'kubernetes' });
  await must(vault, 'auth/kubernetes/config', { kubernetes_host: cluster.url, disable_local_ca_jwt: true });
  const bound = { bound_service_account_names: 'cairn', bound_service_account_namespaces: 'shop' };
  await must(vault, 'auth/kubernetes/role/cairn', { ...bound, ...granted });
  return { token: cluster.tokenOf('shop', 'cairn') };
}

/** A role `cairn` for tokens whose audience is `vault`; `otherToken` is good for something else. */
export async function enableJwt(vault: RealVault): Promise<{ readonly token: string; readonly otherToken: string }> {
  const iss = 'https://issuer.example.com';
  await must(vault, 'sys/auth/jwt', { type: 'jwt' });
  await must(vault, 'auth/jwt/config', { jwt_validation_pubkeys: [jwtKey], bound_issuer: iss });
  const bound = { role_type: 'jwt', bound_audiences: ['vault'], user_claim: 'sub' };
  await must(vault, 'auth/jwt/role/cairn', { ...bound, ...granted });
  const tokenFor = (aud: string): string => signedJwt({ iss, sub: 'cairn', aud });
  return { token: tokenFor('vault'), otherToken: tokenFor('billing') };
}

/** A role `cairn` for who shows `certificate`; `settings` of the role besides. */
export async function enableCertificate(vault: RealVault, settings: object = {}): Promise<ShownCertificate> {
  await must(vault, 'sys/auth/cert', { type: 'cert' });
  await must(vault, 'auth/cert/certs/cairn', { certificate: selfSigned.cert, ...granted, ...settings });
  return { certificate: selfSigned.cert, key: selfSigned.key };
}

export interface ShownCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Posts as root, and throws where Vault does not take it. */
export async function must(vault: RealVault, path: string, body: object): Promise<void> {
  const { status, body: said } = await vault.send('POST', path, body);
  if (status >= 300) throw new Error(`Vault answers ${status} to ${path}: ${JSON.stringify(said)}`);
}
