import { expect } from 'chai';
import { X509Certificate } from 'node:crypto';
import type { TreeMap } from 'cairn-config-client/values';
import { createVaultClient, memberOf, type VaultAnswer } from '#server/vault/client.js';
import { createVault } from '#server/vault/vault.js';
import { createCleanups } from '../support/cleanups.js';
import { noAbort } from '../support/queries.js';
import { readVaultExchanges, startReplayedVault, type VaultExchange } from '../support/replayed-vault.js';
import { vaultOptions } from '../support/vault-options.js';

const token = 'the-root-token';

type Request = (path: string, body?: VaultExchange['sent'], as?: string) => Promise<VaultAnswer>;

describe('what the client of Vault makes of answers as real engines gave them', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function replay(name: string): Promise<Request> {
    const { url } = cleanups.add(await startReplayedVault(readVaultExchanges(name), token));
    const client = createVaultClient(vaultOptions(url));
    const close = (): Promise<void> => {
      client.close();
      return Promise.resolve();
    };
    cleanups.add({ close });
    return (path, body, as = token) =>
      client.request({ path, token: as, signal: noAbort(), ...(body !== undefined && { body }) });
  }
  const bodyOf = (answer: VaultAnswer): TreeMap => {
    if (answer.kind !== 'ok') throw new Error(answer.kind);
    return answer.body;
  };
  const dataOf = (answer: VaultAnswer): TreeMap => memberOf(bodyOf(answer), 'data') as TreeMap;
  const textIn = (tree: TreeMap, name: string): string => memberOf(tree, name) as string;
  const refused = (status: number): VaultAnswer => ({ kind: 'refused', status });

  describe('database', () => {
    const leaseOf = (answer: VaultAnswer) => {
      const body = bodyOf(answer);
      return { seconds: memberOf(body, 'lease_duration'), isRenewable: memberOf(body, 'renewable') };
    };
    const idOf = (answer: VaultAnswer): string => textIn(bodyOf(answer), 'lease_id');

    it('gives another user each time, with a lease', async () => {
      const request = await replay('database');
      const [first, second] = [await request('database/creds/orders'), await request('database/creds/orders')];
      expect([...dataOf(first).keys()]).to.deep.equal(['password', 'username']);
      expect(leaseOf(first)).to.deep.equal({ seconds: 3600n, isRenewable: true });
      expect(textIn(dataOf(first), 'username')).not.to.equal(textIn(dataOf(second), 'username'));
      expect(idOf(first)).not.to.equal(idOf(second));
    });

    it('renews a lease, and knows it no more when it is revoked', async () => {
      const request = await replay('database');
      const lease = { lease_id: idOf(await request('database/creds/orders')) };
      expect(leaseOf(await request('sys/leases/renew', lease))).to.deep.equal({ seconds: 3600n, isRenewable: true });
      expect(await request('sys/leases/revoke', lease)).to.deep.equal({ kind: 'ok', body: new Map() });
      expect(await request('sys/leases/renew', lease)).to.deep.equal(refused(400));
    });

    it('gives less than what is asked for where the role has a limit', async () => {
      const request = await replay('database');
      const first = await request('database/creds/brief');
      const renewed = await request('sys/leases/renew', { lease_id: idOf(first), increment: 3600 });
      expect([leaseOf(first).seconds, leaseOf(renewed).seconds]).to.deep.equal([5n, 10n]);
    });

    it('refuses a role that is not there and a token that is none', async () => {
      const request = await replay('database');
      expect(await request('database/creds/missing')).to.deep.equal(refused(400));
      expect(await request('database/creds/orders', undefined, 'wrong')).to.deep.equal(refused(403));
    });
  });

  describe('PKI', () => {
    const wanted = { common_name: 'orders.example.com', ttl: '24h' };

    it('issues a certificate of its authority, with a lease where the role says so', async () => {
      const request = await replay('pki');
      const issued = await request('pki/issue/web', wanted);
      const certificate = new X509Certificate(textIn(dataOf(issued), 'certificate'));
      const authority = new X509Certificate(textIn(dataOf(issued), 'issuing_ca'));
      expect(certificate.subject).to.equal('CN=orders.example.com');
      expect(certificate.verify(authority.publicKey)).to.equal(true);
      expect(memberOf(dataOf(issued), 'expiration')).to.equal(BigInt(Date.parse(certificate.validTo) / 1000));
      expect(textIn(bodyOf(issued), 'lease_id')).to.equal('');
      const leased = bodyOf(await request('pki/issue/leased', wanted));
      expect(textIn(leased, 'lease_id')).to.match(/^pki\/issue\/leased\/./);
      expect([memberOf(leased, 'lease_duration'), memberOf(leased, 'renewable')]).to.deep.equal([86_400n, false]);
    });

    it('refuses a name that the role does not allow, and a role that is not there', async () => {
      const request = await replay('pki');
      const elsewhere = { ...wanted, common_name: 'orders.example.org' };
      expect(await request('pki/issue/web', elsewhere)).to.deep.equal(refused(400));
      expect(await request('pki/issue/missing', wanted)).to.deep.equal(refused(400));
    });
  });

  describe('Transit', () => {
    const batches = readVaultExchanges('transit').flatMap(({ sent }) => (sent?.['batch_input'] ? [sent] : []));
    const results = (answer: VaultAnswer): unknown =>
      (memberOf(dataOf(answer), 'batch_results') as readonly TreeMap[]).map((result) => ({
        text: Buffer.from(textIn(result, 'plaintext'), 'base64').toString(),
        ...(result.has('error') && { error: textIn(result, 'error') }),
      }));

    it('decrypts a batch in the order in which it was sent', async () => {
      const request = await replay('transit');
      expect(results(await request('transit/decrypt/orders', batches[0]))).to.deep.equal([
        { text: 'p-one' },
        { text: 'p-zwei-ü' },
      ]);
    });

    it('tells which of a batch cannot be decrypted, where 200 is asked for then', async () => {
      const request = await replay('transit');
      const partly = batches.find((sent) => sent['partial_failure_response_code'] !== undefined);
      expect(results(await request('transit/decrypt/orders', partly))).to.deep.equal([
        { text: 'p-one' },
        { text: '', error: 'cipher: message authentication failed' },
        { text: 'p-zwei-ü' },
      ]);
    });

    it('refuses a key that is not there and a token that is none', async () => {
      const request = await replay('transit');
      expect((await request('transit/decrypt/billing', batches[0])).kind).to.equal('refused');
      expect(await request('transit/decrypt/orders', batches[0], 'wrong')).to.deep.equal(refused(403));
    });
  });

  describe('metadata of KV 2', () => {
    it('has the newest version', async () => {
      const request = await replay('kv2-metadata');
      const versions = [await request('secret/metadata/orders'), await request('secret/metadata/orders')];
      expect(versions.map((one) => memberOf(dataOf(one), 'current_version'))).to.deep.equal([1n, 2n]);
      expect(await request('secret/metadata/missing')).to.deep.equal({ kind: 'missing' });
      expect(await request('secret/metadata/orders', undefined, 'wrong')).to.deep.equal(refused(403));
    });

    it('knows a secret whose newest version is deleted; there is none then', async () => {
      const request = await replay('kv2-metadata');
      expect(memberOf(dataOf(await request('secret/metadata/gone')), 'current_version')).to.equal(1n);
      const { url } = cleanups.add(await startReplayedVault(readVaultExchanges('kv2-metadata'), token));
      const auth = { method: 'token', token } as const;
      const { secrets } = cleanups.add(createVault({ ...vaultOptions(url), auth }));
      const outcome = await secrets.get({ path: 'secret/data/gone', version: 2 }, null, noAbort());
      expect(outcome.kind === 'secret' && outcome.secret.values).to.equal(null);
    });
  });
});
