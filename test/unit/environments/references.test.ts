import { expect } from 'chai';
import { CallerToken } from '#server/core/caller-token.js';
import { parseQuery, type Query } from '#server/core/query.js';
import { createEnvironments, type Environments, type EnvironmentsOptions } from '#server/environments/environments.js';
import { createFingerprint } from '#server/environments/digest.js';
import { expectError } from '../../support/expect-error.js';
import { aSource, createFakeBackend, type FakeBackend } from '../../support/fake-backend.js';
import { environmentDefaults } from '../../support/http-fixture.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { stageReferences, type ReferencesStage, type ReferencesStageOptions } from '../../support/references.js';
import { secretOf } from '../../support/secret-store.js';

const orders = aQuery('orders/prod');
const has = { 'secret/db': '{"password":"pw-1"}' };
const of = (id: string): Query =>
  parseQuery({ application: 'orders', profiles: 'prod', token: new CallerToken(`token of ${id}`, id) });

interface Stage extends ReferencesStage {
  readonly backend: FakeBackend;
  readonly environments: Environments;
  readonly clock: { now: number };
  readonly valueFor: (query?: Query) => Promise<unknown>;
}

function stage(options: ReferencesStageOptions = {}, more: Partial<EnvironmentsOptions> = {}): Stage {
  const backend = createFakeBackend();
  backend.serve('v1', 'c1', [aSource('repo/orders.yml', { password: '{vault}:db#password' })]);
  const clock = { now: 5000 };
  const made = stageReferences({ has, ...options });
  const { references } = made;
  const defaults = { ...environmentDefaults(backend), now: () => clock.now };
  const environments = createEnvironments({ ...defaults, references, ...more });
  const valueFor = async (query = orders) => {
    const { environment } = await environments.get(query, noAbort());
    return environment.propertySources.at(-1)?.properties.get('password')?.value;
  };
  return { ...made, backend, environments, clock, valueFor };
}

describe('an environment with references', () => {
  it('has secrets below the overrides, which are no references', async () => {
    const { environments } = stage({}, { overrides: new Map([['over', '{vault}:db#password']]) });
    const { environment } = await environments.get(orders, noAbort());
    expect(environment.propertySources.map(({ properties }) => [...properties])).to.deep.equal([
      [['over', { value: '{vault}:db#password', origin: 'Config server overrides' }]],
      [['password', { value: 'pw-1', secret: true }]],
    ]);
  });

  it('has another digest and content with another secret, and the same with the same', async () => {
    const { environments, store } = stage();
    const look = async () => {
      const { digest, contentId } = await environments.get(orders, noAbort());
      return [digest, contentId];
    };
    const first = await look();
    store.put('secret/db', '{"password":"pw-2"}');
    const second = await look();
    expect([second[0] === first[0], second[1] === first[1]]).to.deep.equal([false, false]);
    store.put('secret/db', '{"password":"pw-1"}');
    expect(await look()).to.deep.equal(first);
  });

  it('is the same object while nothing has moved', async () => {
    const { environments } = stage();
    const [one, two] = [await environments.get(orders, noAbort()), await environments.get(orders, noAbort())];
    expect(one.environment.propertySources).to.equal(two.environment.propertySources);
  });

  it('is refused where its secrets make it too large', async () => {
    const { environments, store } = stage({}, { limits: { environment: 200 } });
    store.put('secret/db', JSON.stringify({ password: 'x'.repeat(300) }));
    await expectError('CONFIG_TOO_LARGE', () => environments.get(orders, noAbort()));
  });

  it('is stale with a secret that is', async () => {
    const { environments, store } = stage();
    expect((await environments.get(orders, noAbort())).isStale).to.equal(false);
    store.put('secret/db', { ...secretOf(has['secret/db']), isStale: true });
    const { isStale, stamp } = await environments.get(orders, noAbort());
    expect([isStale, stamp]).to.deep.equal([true, undefined]);
  });

  it('is not found where there is nothing, as without', async () => {
    const { environments, backend } = stage({}, { acceptEmpty: false });
    backend.serve('v2', 'c2', []);
    await expectError('CONFIG_APPLICATION_NOT_FOUND', () => environments.get(orders, noAbort()));
    await expectError('CONFIG_APPLICATION_NOT_FOUND', () => environments.outline(orders, noAbort()));
  });

  it('has an outline for which Vault is not asked', async () => {
    const { environments, store } = stage({ needsCaller: true });
    const outline = await environments.outline(orders, noAbort());
    expect(outline.propertySources.map(({ name }) => name)).to.deep.equal(['repo/orders.yml']);
    expect([outline.version, outline.staleReason, store.asked.length]).to.deep.equal(['v1', null, 0]);
  });
});

describe('the stamp of an environment with references', () => {
  it('is not known before the first answer, which has it', async () => {
    const { environments } = stage();
    expect(environments.stamp(orders)).to.equal(undefined);
    const { stamp } = await environments.get(orders, noAbort());
    expect(environments.stamp(orders)).to.be.a('string').and.equal(stamp);
  });

  it('costs no look at secrets while none has moved', async () => {
    const { environments, store } = stage();
    await environments.get(orders, noAbort());
    const stamp = environments.stamp(orders);
    const { peeks } = store;
    for (let i = 0; i < 100; i += 1) expect(environments.stamp(orders)).to.equal(stamp);
    expect(store.peeks).to.equal(peeks);
  });

  it('stays where another secret moves, and is another with another secret', async () => {
    const { environments, store } = stage();
    const { stamp } = await environments.get(orders, noAbort());
    store.put('secret/other', '{}');
    expect(environments.stamp(orders)).to.equal(stamp);
    store.put('secret/db', '{"password":"pw-2"}');
    expect(environments.stamp(orders)).to.be.a('string').and.not.equal(stamp);
  });

  it('is unknown from the time on at which a secret needs a look', async () => {
    const { environments, store, clock } = stage();
    store.until = 6000;
    const { stamp } = await environments.get(orders, noAbort());
    clock.now = 5999;
    expect(environments.stamp(orders)).to.equal(stamp);
    clock.now = 6000;
    store.put('secret/db', { kind: 'unavailable', reason: 'down' });
    expect(environments.stamp(orders)).to.equal(undefined);
  });

  it('is unknown after its sources have moved, until the next answer', async () => {
    const { environments, backend } = stage();
    const { stamp } = await environments.get(orders, noAbort());
    backend.change({ version: 'v2' });
    expect(environments.stamp(orders)).to.equal(undefined);
    await environments.get(orders, noAbort());
    expect(environments.stamp(orders)).to.be.a('string').and.not.equal(stamp);
  });

  it('is not given to an answer whose sources moved meanwhile', async () => {
    const { environments, backend } = stage();
    const open = backend.hold();
    const looking = environments.get(orders, noAbort());
    backend.change({ version: 'v2' });
    open();
    expect((await looking).stamp).to.equal(undefined);
    expect(environments.stamp(orders)).to.equal(undefined);
  });

  it('is the source’s where nothing is referred to', async () => {
    const { environments, backend } = stage();
    backend.serve('v1', 'c1', [aSource('repo/orders.yml', { a: 1n })]);
    const { stamp } = await environments.get(orders, noAbort());
    expect([stamp, environments.stamp(orders)]).to.deep.equal([backend.stamp(orders), backend.stamp(orders)]);
  });

  it('is unknown where a reference is not allowed', async () => {
    const { environments } = stage({ allow: [] });
    await expectError('CONFIG_SECRET_FORBIDDEN', () => environments.get(orders, noAbort()));
    expect(environments.stamp(orders)).to.equal(undefined);
  });
});

describe('environments that are asked for at the same time', () => {
  it('read their secrets once', async () => {
    const { valueFor, store } = stage();
    expect(await Promise.all([valueFor(), valueFor(), valueFor()])).to.deep.equal(['pw-1', 'pw-1', 'pw-1']);
    expect(store.asked).to.deep.equal(['server secret/db']);
  });

  it('are not shared with who asks after a secret has moved', async () => {
    const { valueFor, store, backend } = stage();
    const open = backend.hold();
    const before = valueFor();
    store.put('secret/db', '{"password":"pw-2"}');
    const after = valueFor();
    open();
    expect([await before, await after]).to.deep.equal(['pw-2', 'pw-2']);
    expect(store.asked.length).to.equal(2);
  });

  it('are each caller’s own', async () => {
    const { environments, store } = stage({ needsCaller: true });
    await Promise.all([of('ann'), of('bob'), of('ann')].map((query) => environments.get(query, noAbort())));
    expect([...store.asked].sort()).to.deep.equal(['ann secret/db', 'bob secret/db']);
  });
});

describe('what is read with a caller’s token', () => {
  it('has digests and stamps that tell another caller nothing', async () => {
    const { environments } = stage({ needsCaller: true });
    const ann = await environments.get(of('ann'), noAbort());
    const bob = await environments.get(of('bob'), noAbort());
    expect(ann.environment.propertySources).to.deep.equal(bob.environment.propertySources);
    expect(ann.digest).not.to.equal(bob.digest);
    expect([ann.caller, bob.caller]).to.deep.equal(['ann', 'bob']);
    expect((await environments.get(of('ann'), noAbort())).digest).to.equal(ann.digest);
  });

  it('is not there for who brings no token, although it was just read', async () => {
    const { environments } = stage({ needsCaller: true });
    await environments.get(of('ann'), noAbort());
    expect(environments.stamp(orders)).to.equal(undefined);
    await expectError('CONFIG_TOKEN_MISSING', () => environments.get(orders, noAbort()));
  });

  it('is known by an id that servers of one digest key agree on, and that no text has as its digest', () => {
    const idOf = () => stage().environments.callerId('token');
    expect(idOf()).to.equal(idOf());
    expect(idOf()).not.to.equal(createFingerprint(Buffer.from('a key for tests'))('token'));
    const other = stage({}, { digestKey: Buffer.from('another') });
    expect(other.environments.callerId('token')).not.to.equal(idOf());
  });
});

describe('a text that refers to secrets', () => {
  const request = { path: 'a.conf', form: 'text', charset: null, resolvePlaceholders: true } as const;
  const textOf = async ({ environments }: Stage, more: object = {}) =>
    (await environments.resource(orders, { ...request, ...more }, noAbort())).content.toString();

  it('has them and its placeholders', async () => {
    const made = stage();
    made.store.put('secret/odd', '{"v":"${password} \\\\${x}"}');
    made.backend.addFile('a.conf', 'p=${password} q=${vault:odd#v} d=${vault:none} e=\\${vault:a#b}');
    expect(await textOf(made)).to.equal('p=pw-1 q=${password} \\${x} d=none e=${vault:a#b}');
  });

  it('goes out as it is as bytes, or without placeholders', async () => {
    const made = stage();
    made.backend.addFile('a.conf', 'q=${vault:db#password}');
    expect(await textOf(made, { form: 'binary' })).to.equal('q=${vault:db#password}');
    expect(await textOf(made, { resolvePlaceholders: false })).to.equal('q=${vault:db#password}');
  });

  it('is stale with a secret that is', async () => {
    const made = stage();
    made.store.put('secret/late', { ...secretOf('{"v":"1"}'), isStale: true });
    made.backend.addFile('a.conf', '${vault:late#v}');
    const { environment } = await made.environments.resource(orders, request, noAbort());
    expect(environment.isStale).to.equal(true);
  });

  it('has a digest of its caller’s own', async () => {
    const { environments, backend } = stage({ needsCaller: true });
    backend.addFile('a.conf', '${vault:db#password}');
    const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => environments.resource(of(id), request, noAbort())));
    expect(ann?.content).to.deep.equal(bob?.content);
    expect(ann?.digest).not.to.equal(bob?.digest);
  });

  it('is as without references where there are none', async () => {
    const made = stage({}, { references: null });
    made.backend.serve('v1', 'c1', []);
    made.backend.addFile('a.conf', '${vault:db#password}');
    expect(await textOf(made)).to.equal('db#password');
  });
});
