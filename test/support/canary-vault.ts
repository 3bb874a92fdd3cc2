import type { Canaries } from './canaries.js';
import { sealed, transitOf } from './fake-transit.js';
import type { VaultAsked, VaultSays } from './fake-vault.js';

/** What is in a Vault of canaries, and who may read it. */
export interface CanaryVault {
  readonly roleId: string;
  readonly secretId: string;
  /** The token that a client shows for itself. */
  readonly callerToken: string;
  /** What transit has encrypted. */
  readonly transit: string;
  /** What makes a placeholder lead to itself. */
  readonly loop: string;
  readonly answer: (asked: VaultAsked) => VaultSays;
}

export const largestFile: number = 128 * 1024;

/** A Vault whose every token and secret is a canary; `cold/…` is there for each bad day, so that nothing of it is kept. */
export function createCanaryVault(canaries: Canaries): CanaryVault {
  const roleId = canaries.mint('role id of the server in Vault');
  const secretId = canaries.mint('secret id of the server in Vault');
  const token = canaries.mint('token of the server in Vault');
  const callerToken = canaries.mint('token of the caller in Vault');
  const [text, loop] = [canaries.mint('transit'), canaries.mint('loop')];
  const coldText = canaries.mint('reference of a cold application');
  const secrets = new Map<string, unknown>([
    ['kv1/orders', { kv1: canaries.mint('kv1') }],
    ['kv2/data/orders', { data: { kv2: canaries.mint('kv2') }, metadata: { version: 1 } }],
    ['secret/data/orders/db', version(2, canaries.mint('reference'))],
    ['secret/data/orders/db?version=1', version(1, canaries.mint('pinned'))],
    ['secret/data/orders/huge', version(1, canaries.mint('huge').padEnd(2 * largestFile, 'x'))],
    ['secret/data/orders/loop', { data: { self: '${of.${name}}', name: loop }, metadata: {} }],
    ['secret/data/billing/db', version(1, canaries.mint('secret of another application'))],
  ]);
  const lease = { lease_id: 'database/creds/orders/1', renewable: true, lease_duration: 3600 };
  const credentials = { ...lease, data: { username: 'v-orders', password: canaries.mint('lease') } };
  const auth = { client_token: token, lease_duration: 3600, renewable: true, accessor: 'a' };
  const transit = transitOf(['orders']);
  return {
    roleId,
    secretId,
    callerToken,
    loop,
    transit: sealed('orders', text),
    answer(asked) {
      const { path, body } = asked;
      if (path === 'auth/approle/login') {
        const shown = body as { readonly role_id: string; readonly secret_id: string };
        return shown.role_id === roleId && shown.secret_id === secretId ? { body: { auth } } : { status: 400 };
      }
      if (asked.token !== (path.startsWith('kv1/') ? callerToken : token)) return { status: 403, body: { errors: [] } };
      if (path.startsWith('transit/')) return transit(asked);
      if (path === 'database/creds/orders') return { body: credentials };
      if (path.startsWith('secret/data/cold/')) return { body: { data: version(1, coldText) } };
      if (path.startsWith('auth/token/') || path.startsWith('sys/')) return { status: 204 };
      const data = secrets.get(path);
      return data === undefined ? { status: 404, body: { errors: [] } } : { body: { data } };
    },
  };
}

function version(number: number, password: string): object {
  return { data: { password }, metadata: { version: number, deletion_time: '', destroyed: false } };
}

/** What goes wrong with Vault: what it says to everything from then on, to a read, or to one path. */
export function badDaysOf(canaries: Canaries): readonly (readonly [string, (asked: VaultAsked) => VaultSays | null])[] {
  const told = canaries.mint('what Vault says on a bad day');
  const data = { password: told };
  const isRead = ({ path }: VaultAsked): boolean => /^(kv1|kv2|secret|transit|database)\//.test(path);
  const always =
    (says: VaultSays) =>
    (asked: VaultAsked): VaultSays | null =>
      isRead(asked) ? says : null;
  const location = `http://127.0.0.1:1/${told}?token=${told}`;
  return [
    ['is sealed', () => ({ status: 503, body: { errors: [told] } })],
    ['has too much to do', always({ status: 429, body: { errors: [told] }, headers: { 'Retry-After': told } })],
    [
      'forbids one path',
      (asked) => (/\/(db|cold\d+)$/.test(asked.path) ? { status: 403, body: { errors: [told], data } } : null),
    ],
    ['has revoked the token of the server', always({ status: 403, body: { errors: [`permission denied: ${told}`] } })],
    ['fails', always({ status: 500, text: `<html>${told}</html>` })],
    ['redirects', always({ status: 307, headers: { Location: location } })],
    ['answers in HTML', always({ text: `<html>${told}</html>`, headers: { 'Content-Type': 'text/html' } })],
    ['answers something else', always({ body: { data: [told], [told]: true } })],
    ['answers half', always({ text: `{"data":{"password":"${told}"` })],
    ['answers too much', always({ body: { data: { password: told.repeat(200_000) } } })],
    ['does not answer', always({ isSilent: true })],
  ];
}
