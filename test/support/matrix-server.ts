import { defaultHttpLimits } from '#server/http/limits.js';
import { createPolicyAccess } from '#server/security/access.js';
import {
  createApiTokenScheme,
  createTokenRoster,
  formatTokenHash,
  makeApiToken,
  parseTokenHash,
} from '#server/security/api-token.js';
import { createAuthenticator } from '#server/security/authenticator.js';
import { createPolicy } from '#server/security/policy.js';
import type { Role } from '#server/security/principal.js';
import { aSource } from './fake-backend.js';
import { startHttp, type HttpFixture } from './http-fixture.js';
import { aCiphers } from './key-stores.js';
import { someWebhooks } from './webhooks.js';

/** Everybody who asks in the matrix of access, in the order of its columns. */
export const askers = [
  'none',
  'wrong scheme',
  'expired',
  'reader of another application',
  'reader',
  'operator',
  'encryptor',
  'auditor',
  'admin',
] as const;

export type Asker = (typeof askers)[number];

const rolesOf: ReadonlyMap<Asker, Role> = new Map([
  ['expired', 'admin'],
  ['reader of another application', 'reader'],
  ['reader', 'reader'],
  ['operator', 'operator'],
  ['encryptor', 'encryptor'],
  ['auditor', 'auditor'],
  ['admin', 'admin'],
]);
const now = 5_000;

export interface MatrixServer extends HttpFixture {
  /** The headers that each brings. */
  readonly headers: (asker: Asker) => Readonly<Record<string, string>>;
  /** A text that the server has encrypted. */
  readonly cipher: string;
}

/** A server with real API tokens and a policy under which `reader` and `admin` may read `orders` for `dev` with a canary in it. */
export async function startMatrixServer(): Promise<MatrixServer> {
  const tokens = new Map([...rolesOf.keys()].map((asker) => [asker, makeApiToken()]));
  const entries = [...tokens].map(([asker, token], at) => ({
    id: token.split('_')[1] ?? '',
    name: asker === 'reader of another application' ? 'other' : asker,
    hash: parseTokenHash(formatTokenHash(token)) ?? Buffer.alloc(at),
    roles: [rolesOf.get(asker) ?? 'reader'],
    expiresAt: asker === 'expired' ? now : null,
  }));
  const schemes = [createApiTokenScheme({ tokens: createTokenRoster(entries), now: () => now })];
  const authenticator = createAuthenticator({
    schemes,
    realm: 'cairn',
    gateway: null,
    mostRemembered: 100,
    emit: () => undefined,
    now: () => now,
  });
  const hooks = someWebhooks({ hosts: { github: { secret: 'webhook-secret' } } });
  const ciphers = await aCiphers({ store: 'keytool-legacy.p12' });
  const http = await startHttp({
    http: {
      authenticator,
      access: createPolicyAccess(createPolicy({ rules })),
      ciphers,
      // Else they would not end.
      limits: { ...defaultHttpLimits, eventStreamTime: 1 },
      webhooks: { path: '/monitor', ...hooks.webhooks },
    },
  });
  http.backend.serve('v1', 'c1', [aSource('repo/orders.yml', { key: 'canary' })]);
  http.backend.addFile('x.conf', 'canary ${key}');
  const headers = (asker: Asker): Readonly<Record<string, string>> => {
    if (asker === 'none') return {};
    return { authorization: asker === 'wrong scheme' ? 'Basic YTpi' : `Bearer ${tokens.get(asker) ?? ''}` };
  };
  return { ...http, headers, cipher: await ciphers.encrypt('text') };
}

const rules = [
  {
    name: 'orders',
    effect: 'allow',
    principals: ['reader', 'admin'],
    applications: ['orders'],
    profiles: ['dev'],
    resources: ['*'],
  },
  { name: 'billing', effect: 'allow', principals: ['other'], applications: ['billing'] },
] as const;
