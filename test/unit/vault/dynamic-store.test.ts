import { expect } from 'chai';
import { createDynamicStore, type DynamicSecret } from '#server/vault/dynamic-store.js';
import type { SecretAsker, SecretStore } from '#server/vault/secret-store.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { aRole, createLeaseStage, ordersPath, type LeaseStage } from '../../support/lease-stage.js';
import { noAbort } from '../../support/queries.js';

const aSecret = (part: Partial<DynamicSecret> = {}): DynamicSecret => ({
  ...aRole,
  path: ordersPath,
  per: 'application',
  parameters: new Map(),
  ...part,
});
const asker = (part: Partial<SecretAsker> = {}): SecretAsker => ({
  caller: null,
  application: 'orders',
  profile: 'dev',
  instance: null,
  ...part,
});

describe('the store of dynamic secrets', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());
  const stage = (...dynamic: readonly DynamicSecret[]): { readonly store: SecretStore; readonly made: LeaseStage } => {
    const made = cleanups.add(createLeaseStage());
    return { store: createDynamicStore({ leases: made.leases, dynamic }), made };
  };
  const passwords = (store: SecretStore, askers: readonly SecretAsker[], path = ordersPath): Promise<unknown[]> =>
    Promise.all(
      askers.map(async (one) => {
        const outcome = await store.get({ path, pin: null }, one, noAbort());
        return outcome.kind === 'secret' ? outcome.secret.values?.get('password') : outcome;
      }),
    );
  const [ann, bob] = [asker({ instance: 'ann' }), asker({ instance: 'bob' })];

  it('holds what the settings name, and what fits their patterns', () => {
    const { store } = stage(aSecret(), aSecret({ path: 'aws/creds/*' }));
    const paths = [ordersPath, 'database/creds/billing', 'aws/creds/a', 'aws/creds/a/b', 'aws/creds'];
    expect(paths.map((path) => store.holds(path))).to.deep.equal([true, false, true, false, false]);
  });

  it('gives one to the server, one to each application, or one to each instance of one', async () => {
    const billing = asker({ application: 'billing', instance: 'ann' });
    const askers = [ann, bob, billing, ann];
    const server = stage(aSecret({ per: 'server' }));
    expect(await passwords(server.store, askers)).to.deep.equal([1, 1, 1, 1].map((n) => `password-${n}`));
    const application = stage(aSecret());
    expect(await passwords(application.store, askers)).to.deep.equal([1, 1, 2, 1].map((n) => `password-${n}`));
    const instance = stage(aSecret({ per: 'instance' }));
    expect(await passwords(instance.store, askers)).to.deep.equal([1, 2, 3, 1].map((n) => `password-${n}`));
    expect(instance.made.told.map(({ scope }) => scope)).to.deep.equal([
      'instance ann of orders',
      'instance bob of orders',
      'instance ann of billing',
    ]);
  });

  it('takes a list of applications as it is asked for, but for blanks', async () => {
    const { store } = stage(aSecret());
    const lists = ['orders,common', ' orders , common,', 'common,orders'].map((application) => asker({ application }));
    expect(await passwords(store, lists)).to.deep.equal(['password-1', 'password-1', 'password-2']);
  });

  it('refuses who does not say which instance it is where each has its own', async () => {
    const { store } = stage(aSecret({ per: 'instance' }));
    const address = { path: ordersPath, pin: null };
    await expectError('CONFIG_INSTANCE_MISSING', () => store.get(address, asker(), noAbort()));
    expect(store.peek(address, asker())).to.equal(undefined);
  });

  it('posts parameters with what their placeholders stand for, one lease for each', async () => {
    const parameters = new Map([
      ['common_name', '{application}.svc.example.com'],
      ['alt_names', '{instance}.{application}.{profile}'],
      ['ttl', '24h'],
    ]);
    const { store, made } = stage(aSecret({ path: 'pki/issue/web', parameters }));
    await passwords(store, [ann, bob, ann], 'pki/issue/web');
    expect(made.vault.asked).to.deep.equal(
      ['ann', 'bob'].map(
        (name) => `pki/issue/web {"common_name":"orders.svc.example.com","alt_names":"${name}.orders.dev","ttl":"24h"}`,
      ),
    );
  });

  for (const application of ['orders,billing', '*', 'a b', '-a', 'team/orders', 'a"b', 'a=b', '.a']) {
    it(`posts no parameter with ${JSON.stringify(application)} in it, and tells of it once`, async () => {
      const { store, made } = stage(aSecret({ parameters: new Map([['common_name', '{application}']]) }));
      const refused = { kind: 'refused', status: 400 };
      expect(await passwords(store, [asker({ application }), asker({ application })])).to.deep.equal([
        refused,
        refused,
      ]);
      expect([made.vault.asked, made.told]).to.deep.equal([
        [],
        [
          {
            type: 'lease-failed',
            path: ordersPath,
            scope: `application ${application}`,
            action: 'read',
            reason:
              '{application} in the parameter "common_name" does not stand for one name of letters, digits and "_.:-"',
          },
        ],
      ]);
    });
  }

  it('has no versions, and takes no path that leads elsewhere', async () => {
    const { store, made } = stage(aSecret({ path: '**' }));
    const addresses = [
      { path: ordersPath, pin: 1 },
      { path: 'database/../sys/mounts', pin: null },
      { path: 'database/creds/a?b', pin: null },
    ];
    const outcomes = await Promise.all(addresses.map((address) => store.get(address, asker(), noAbort())));
    expect(outcomes).to.deep.equal(addresses.map(() => ({ kind: 'refused', status: 400 })));
    expect([made.vault.asked, addresses.map((address) => store.peek(address, asker()))]).to.deep.equal([
      [],
      addresses.map(() => undefined),
    ]);
  });

  it('gives at once what is there, and has the revision of its leases', async () => {
    const { store, made } = stage(aSecret());
    const address = { path: ordersPath, pin: null };
    expect(store.peek(address, asker())).to.equal(undefined);
    await passwords(store, [asker()]);
    expect(store.peek(address, asker())?.values?.get('password')).to.equal('password-1');
    expect([store.revision, store.revision > 0]).to.deep.equal([made.leases.revision, true]);
  });
});
