import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVault, type Vault, type VaultOptions } from '#server/vault/vault.js';
import type { VaultAuth } from '#server/vault/login.js';
import { createCleanups } from '../support/cleanups.js';
import { noAbort } from '../support/queries.js';
import type { FakeVault } from '../support/fake-vault.js';
import { readVaultExchanges, startReplayedVault } from '../support/replayed-vault.js';
import { selfSigned } from '../support/self-signed.js';
import { vaultOptions } from '../support/vault-options.js';

describe('a login as a real Vault answered it', () => {
  const cleanups = createCleanups();
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cairn-login-'));
    await writeFile(path.join(folder, 'token'), 'the-jwt\n');
    await writeFile(path.join(folder, 'other'), 'another-jwt\n');
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(() => cleanups.run());

  const replay = async (name: string): Promise<FakeVault> => {
    const tls = { ...selfSigned, requestCert: true, rejectUnauthorized: false };
    const exchanges = readVaultExchanges(name);
    return cleanups.add(await startReplayedVault(exchanges, 'no-root', name === 'login-certificate' ? tls : undefined));
  };
  const open = (vault: FakeVault, auth: VaultAuth, over: Partial<VaultOptions> = {}): Vault =>
    cleanups.add(createVault({ ...vaultOptions(vault.url), auth, ...over }));
  const read = async (vault: Vault, at: string): Promise<unknown> => {
    const outcome = await vault.secrets.get({ path: at, version: 1 }, null, noAbort());
    return outcome.kind === 'secret' ? Object.fromEntries(outcome.secret.values ?? []) : outcome;
  };
  const shown = { ca: selfSigned.cert, certificate: selfSigned.cert, key: selfSigned.key };
  const kubernetes = (file: string): VaultAuth => ({
    method: 'kubernetes',
    path: 'kubernetes',
    role: 'cairn',
    tokenPath: path.join(folder, file),
  });
  const jwt = (token: string): VaultAuth => ({ method: 'jwt', path: 'jwt', role: 'cairn', token, tokenPath: null });
  const certificate: VaultAuth = { method: 'certificate', path: 'cert', role: 'cairn' };

  const good: readonly (readonly [string, () => VaultAuth, Partial<VaultOptions>])[] = [
    ['kubernetes', () => kubernetes('token'), {}],
    ['jwt', () => jwt('the-jwt'), {}],
    ['certificate', () => certificate, shown],
  ];
  for (const [name, auth, over] of good) {
    it(`by ${name} reads what the role may read and nothing else, and gives its token back`, async () => {
      const server = await replay(`login-${name}`);
      const vault = open(server, auth(), over);
      expect(await read(vault, 'kv/orders')).to.deep.equal({ password: 'p-orders' });
      expect(await read(vault, 'kv/billing')).to.deep.equal({ kind: 'refused', status: 403 });
      expect(vault.loginFailure()).to.equal(null);
      await vault.close();
      const { path: last, token } = server.asked.at(-1)!;
      expect({ last, token }).to.deep.equal({ last: 'auth/token/revoke-self', token: 'the-own-token' });
    });
  }

  const bad: readonly (readonly [string, string, () => VaultAuth, Partial<VaultOptions>])[] = [
    ['kubernetes', 'it refuses the login (403)', () => kubernetes('other'), {}],
    ['jwt', 'it refuses the login (400)', () => jwt('another-jwt'), {}],
    ['certificate', 'it refuses the login (400)', () => certificate, { ca: selfSigned.cert }],
  ];
  for (const [name, reason, auth, over] of bad) {
    it(`by ${name} is refused to somebody else: "${reason}"`, async () => {
      const vault = open(await replay(`login-${name}`), auth(), over);
      expect(await read(vault, 'kv/orders')).to.deep.equal({ kind: 'unavailable', reason });
      expect(vault.loginFailure()).to.equal(reason);
    });
  }
});
