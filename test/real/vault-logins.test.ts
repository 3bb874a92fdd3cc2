import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVault, type Vault, type VaultOptions } from '#server/vault/vault.js';
import type { VaultAuth } from '#server/vault/login.js';
import { createCleanups } from '../support/cleanups.js';
import { startClusterApi, type ClusterApi } from '../support/cluster-api.js';
import { eventually } from '../support/eventually.js';
import { noAbort } from '../support/queries.js';
import { needTestServer, needVault, startRealVault, type RealVault, type TestServer } from '../support/real-vault.js';
import { enableCertificate, enableJwt, enableKubernetes, fillOrders } from '../support/vault-logins.js';
import { vaultOptions } from '../support/vault-options.js';

describe('the login at a real Vault by what a machine has', () => {
  const cleanups = createCleanups();
  let program = '';
  let real: RealVault;
  let testServer: TestServer;
  let folder = '';
  let tokenPath = '';
  before(function () {
    program = needVault(this);
  });
  beforeEach(async function () {
    real = cleanups.add(await startRealVault(program));
    testServer = needTestServer(this, real);
    folder = await mkdtemp(path.join(tmpdir(), 'cairn-logins-'));
    cleanups.add({ remove: () => rm(folder, { recursive: true }) });
    tokenPath = path.join(folder, 'token');
    await fillOrders(real);
  });
  afterEach(() => cleanups.run());

  const open = (auth: VaultAuth, over: Partial<VaultOptions> = {}): Vault =>
    cleanups.add(createVault({ ...vaultOptions(real.address), auth, ...over }));
  const read = async (vault: Vault, at = 'kv/orders'): Promise<unknown> => {
    const outcome = await vault.secrets.get({ path: at, version: 1 }, null, noAbort());
    return outcome.kind === 'secret' ? outcome.secret.values?.get('password') : outcome;
  };
  const accessors = async (): Promise<readonly string[]> => {
    const { body } = await real.send('LIST', 'auth/token/accessors');
    return (body['data'] as unknown as { readonly keys: readonly string[] }).keys;
  };
  const revokeAllBut = async (kept: readonly string[]): Promise<void> => {
    for (const accessor of (await accessors()).filter((one) => !kept.includes(one))) {
      await real.send('POST', 'auth/token/revoke-accessor', { accessor });
    }
  };
  const refused = { kind: 'refused', status: 403 };

  describe('by the token of a service account', () => {
    const auth = (): VaultAuth => ({ method: 'kubernetes', path: 'kubernetes', role: 'cairn', tokenPath });
    let cluster: ClusterApi;
    beforeEach(async () => {
      cluster = cleanups.add(await startClusterApi());
      await writeFile(tokenPath, `${(await enableKubernetes(real, cluster)).token}\n`);
    });

    it('reads what the role may read', async () => {
      const vault = open(auth());
      expect(await read(vault)).to.equal('p-orders');
      expect(await read(vault, 'kv/billing')).to.deep.equal(refused);
    });

    it('takes the file as it is at each login', async () => {
      const before = await accessors();
      const vault = open(auth());
      expect(await read(vault)).to.equal('p-orders');
      // The kubelet has put a newer one there, and the cluster has let the older one end.
      cluster.forget();
      await writeFile(tokenPath, cluster.tokenOf('shop', 'cairn'));
      await revokeAllBut(before);
      expect(await read(vault)).to.equal('p-orders');
    });

    for (const [what, namespace, name] of [
      ['another account', 'shop', 'other'],
      ['the same account of another namespace', 'billing', 'cairn'],
    ] as const) {
      it(`is refused for ${what}`, async () => {
        await writeFile(tokenPath, cluster.tokenOf(namespace, name));
        expect(await read(open(auth()))).to.deep.equal({ kind: 'unavailable', reason: 'it refuses the login (403)' });
      });
    }

    it('is refused where the cluster does not know the token', async () => {
      cluster.forget();
      expect(await read(open(auth()))).to.deep.equal({ kind: 'unavailable', reason: 'it refuses the login (403)' });
    });
  });

  describe('by a JSON Web Token', () => {
    it('reads what the role may read, with a token of the settings or of a file', async () => {
      const { token } = await enableJwt(real);
      await writeFile(tokenPath, token);
      const jwt = { method: 'jwt', path: 'jwt', role: 'cairn' } as const;
      for (const given of [
        { token, tokenPath: null },
        { token: null, tokenPath },
      ]) {
        const vault = open({ ...jwt, ...given });
        expect(await read(vault)).to.equal('p-orders');
        expect(await read(vault, 'kv/billing')).to.deep.equal(refused);
      }
    });

    it('is refused for a token that was made for somebody else', async () => {
      const { otherToken: token } = await enableJwt(real);
      const vault = open({ method: 'jwt', path: 'jwt', role: 'cairn', token, tokenPath: null });
      expect(await read(vault)).to.deep.equal({ kind: 'unavailable', reason: 'it refuses the login (400)' });
    });
  });

  describe('by the certificate of the connection', () => {
    const auth: VaultAuth = { method: 'certificate', path: 'cert', role: 'cairn' };
    const over = async (settings: object = {}): Promise<Partial<VaultOptions>> => {
      const { certificate, key } = await enableCertificate(real, settings);
      return { address: new URL(testServer.tlsAddress), ca: testServer.certificate, certificate, key };
    };

    it('reads what the role may read, and the token is renewed', async () => {
      const vault = open(auth, await over({ token_ttl: '2s', token_max_ttl: '1h' }));
      expect(await read(vault)).to.equal('p-orders');
      const known = await accessors();
      expect(await read(vault, 'kv/billing')).to.deep.equal(refused);
      expect(await eventually(() => renewedLease(known))).to.equal('auth/cert/login');
      expect(await read(vault)).to.equal('p-orders');
      expect(await accessors()).to.deep.equal(known);
    });

    it('is refused where none is shown', async () => {
      const { address, ca } = await over();
      const vault = open(auth, { address: address!, ca: ca! });
      expect(await read(vault)).to.deep.equal({ kind: 'unavailable', reason: 'it refuses the login (400)' });
    });

    it('is not even tried where the authority of Vault is not known', async () => {
      const { address, certificate, key } = await over();
      const vault = open(auth, { address: address!, certificate: certificate!, key: key! });
      const reason = 'DEPTH_ZERO_SELF_SIGNED_CERT';
      expect(await read(vault)).to.deep.equal({ kind: 'unavailable', reason });
    });
  });

  /** By which login the token was had whose lease has been renewed. */
  async function renewedLease(known: readonly string[]): Promise<string | undefined> {
    const found = await Promise.all(
      known.map((accessor) => real.send('POST', 'auth/token/lookup-accessor', { accessor })),
    );
    const tokens = found.map(({ body }) => body['data'] as unknown as { path: string; last_renewal?: string });
    return tokens.find(({ last_renewal: renewal }) => renewal !== undefined)?.path;
  }
});
