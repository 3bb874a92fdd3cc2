import { expect } from 'chai';
import { CallerToken } from '#server/core/caller-token.js';
import type { Property, PropertySource } from '#server/core/environment.js';
import { parseQuery } from '#server/core/query.js';
import type { SecretOutcome } from '#server/vault/secrets.js';
import { aPropertySource, type Properties } from '../../support/environments.js';
import { expectError } from '../../support/expect-error.js';
import { aQuery, noAbort } from '../../support/queries.js';
import { stageReferences, type ReferencesStage } from '../../support/references.js';
import { secretOf } from '../../support/secret-store.js';

const orders = aQuery('orders/prod');
const refused: SecretOutcome = { kind: 'refused', status: 403 };
const unusable: SecretOutcome = { kind: 'unusable', reason: 'it is huge' };
const down: SecretOutcome = { kind: 'unavailable', reason: 'it answers 503: sealed, or not ready' };

/** What becomes of `sources`, as lists so that the order counts. */
async function resolve(
  { references }: ReferencesStage,
  sources: readonly PropertySource[],
  query = orders,
): Promise<readonly (readonly (readonly [string, Property])[])[]> {
  const referring = references.find(sources);
  if (referring === undefined) throw new Error('nothing is referred to');
  const secrets = await references.read(referring, query, noAbort());
  return references.fill(sources, referring, secrets).map(({ properties }) => [...properties]);
}

const aSource = (properties: Properties): PropertySource => aPropertySource('repo/orders.yml', properties);
const resolveOne = async (stage: ReferencesStage, properties: Properties) =>
  (await resolve(stage, [aSource(properties)]))[0];

describe('references of property sources', () => {
  it('are none where no value has one', () => {
    const { references } = stageReferences();
    const sources = [aSource({ a: '${vault:x}', b: 1n, c: '{cipher}ab#cd', d: '\\${vault:x#y}' })];
    expect(references.find(sources)).to.equal(undefined);
  });

  it('are resolved: as a whole at the end and without origin, within a text where they are; marked as secrets', async () => {
    const stage = stageReferences({ has: { 'secret/db': '{"user":"shop","password":"pw"}' } });
    const source = aPropertySource(
      'repo/orders.yml',
      { whole: '{vault}:db#password', url: 'x://${vault:db#user}:${vault:db#password}@h', plain: 1n },
      { whole: '1:1', url: '2:2', plain: '3:3' },
    );
    expect(await resolve(stage, [source])).to.deep.equal([
      [
        ['url', { value: 'x://shop:pw@h', secret: true, origin: '2:2' }],
        ['plain', { value: 1n, origin: '3:3' }],
        ['whole', { value: 'pw', secret: true }],
      ],
    ]);
  });

  it('leave sources without any as they are', async () => {
    const { references } = stageReferences();
    const plain = aSource({ a: 'x' });
    const sources = [plain, aSource({ a: '${vault:db#a}' })];
    const referring = references.find(sources);
    const secrets = await references.read(referring!, orders, noAbort());
    expect(references.fill(sources, referring!, secrets)[0]).to.equal(plain);
  });

  it('read each path once, and each pinned version by itself', async () => {
    const stage = stageReferences({ has: { 'secret/db': '{"a":"1","b":"2"}' } });
    await resolve(stage, [
      aSource({ a: '${vault:db#a}${vault:db#b}', b: '{vault}:db#b', c: '{vault}:db?version=2#b' }),
      aSource({ a: '${vault:db#a}', d: '{vault}:other#x' }),
    ]);
    expect(stage.store.asked).to.deep.equal(['server secret/db', 'server secret/db?2', 'server secret/other']);
  });

  it('have values of any kind as texts: numbers exact, maps and lists as JSON', async () => {
    const json = '{"n":12345678901234567890,"f":1000.0,"b":true,"l":[1,{"k":"v"}],"e":"","z":null,"__proto__":"p"}';
    const stage = stageReferences({ has: { 'secret/s': json } });
    const keys = ['n', 'f', 'b', 'l', 'e', '__proto__', 'constructor'];
    const properties = new Map(keys.map((key) => [key, `<\${vault:s#${key}}>`]));
    const found = await resolveOne(stage, properties);
    expect(found?.map(([key, { value }]) => [key, value])).to.deep.equal([
      ['n', '<12345678901234567890>'],
      ['f', '<1000.0>'],
      ['b', '<true>'],
      ['l', '<[1,{"k":"v"}]>'],
      ['e', '<>'],
      ['__proto__', '<p>'],
      ['invalid.constructor', '<n/a>'],
    ]);
  });

  it('are not looked for in what a secret says', async () => {
    const stage = stageReferences({ has: { 'secret/s': '{"a":"${vault:s#b} {vault}:s#b","b":"deep"}' } });
    expect(await resolveOne(stage, { a: '${vault:s#a}' })).to.deep.equal([
      ['a', { value: '${vault:s#b} {vault}:s#b', secret: true }],
    ]);
  });

  it('become `invalid.<key>` where they lead to nothing, and who runs the server is told why', async () => {
    const stage = stageReferences({
      has: { 'secret/s': '{"a":"1","z":null}', 'secret/no': refused, 'secret/big': unusable },
    });
    const properties = {
      a: '${vault:s#a} ${vault:s#b}',
      b: '{vault}:none#a',
      c: '{vault}:no#a',
      d: '{vault}:big#a',
      e: '{vault}:../x#a',
      f: '{vault}a#b',
      g: '{vault}:s#z',
      h: '${vault:s#a}',
    };
    expect((await resolveOne(stage, properties))?.map(([key, { value }]) => [key, value])).to.deep.equal([
      ['invalid.a', '<n/a>'],
      ['h', '1'],
      ...['b', 'c', 'd', 'e', 'f', 'g'].map((key) => [`invalid.${key}`, '<n/a>']),
    ]);
    expect(stage.events).to.deep.equal([
      {
        type: 'secrets-unresolved',
        propertySource: 'repo/orders.yml',
        secrets: [
          { key: 'a', path: 'secret/s', reason: 'missing' },
          { key: 'b', path: 'secret/none', reason: 'missing' },
          { key: 'c', path: 'secret/no', reason: 'refused' },
          { key: 'd', path: 'secret/big', reason: 'unusable' },
          { key: 'e', path: null, reason: 'malformed' },
          { key: 'f', path: null, reason: 'malformed' },
          { key: 'g', path: 'secret/s', reason: 'missing' },
        ],
        count: 7,
      },
    ]);
  });

  it('tell the first twenty of many', async () => {
    const stage = stageReferences();
    await resolveOne(stage, new Map(Array.from({ length: 30 }, (_, i) => [`k${i}`, '{vault}:none#a'])));
    const [event] = stage.events;
    expect(event?.type === 'secrets-unresolved' && [event.secrets.length, event.count]).to.deep.equal([20, 30]);
  });

  it('fail the request instead where that is set, with the key and what is wrong', async () => {
    const stage = stageReferences({ unresolved: 'fail', has: { 'secret/no': refused } });
    const cases: readonly (readonly [string, string])[] = [
      ['{vault}:none#a', 'Vault has no such secret, or none of that key'],
      ['{vault}:no#a', 'Vault does not let it be read'],
      [
        '{vault}x',
        'the reference has a form that is not taken; ${vault:path#key} and {transit:key}vault:v1:… would be',
      ],
    ];
    for (const [value, why] of cases) {
      const error = await expectError('CONFIG_SECRET_UNRESOLVED', () => resolveOne(stage, { 'db.password': value }));
      expect(error.message).to.equal(`The secret of the key "db.password" in repo/orders.yml cannot be had: ${why}.`);
    }
  });

  it('fail the request where Vault does not answer, whatever is set', async () => {
    const stage = stageReferences({ has: { 'secret/s': '{"a":"1"}', 'secret/down': down } });
    const error = await expectError('CONFIG_SECRET_UNRESOLVED', () =>
      resolveOne(stage, { a: '${vault:s#a}', b: '{vault}:down#x' }),
    );
    expect(error.message).to.equal(
      'The secret of the key "b" in repo/orders.yml cannot be had: Vault cannot be read: it answers 503: sealed, or not ready.',
    );
  });

  it('say whether one of them is past its time', async () => {
    const { references, store } = stageReferences({ has: { 'secret/a': '{}', 'secret/b': '{}' } });
    const referring = references.find([aSource({ a: '${vault:a#x}${vault:b#x}' })]);
    const isStale = async () => (await references.read(referring!, orders, noAbort())).isStale;
    expect(await isStale()).to.equal(false);
    store.put('secret/b', { ...secretOf('{}'), isStale: true });
    expect(await isStale()).to.equal(true);
  });

  it('are at most a thousand different ones', async () => {
    const { references } = stageReferences();
    const many = (count: number) =>
      aSource(new Map(Array.from({ length: count }, (_, i) => [`k${i}`, `{vault}:p${i % 1001}#x`])));
    expect(references.find([many(1000)])?.addresses.length).to.equal(1000);
    await expectError('CONFIG_TOO_LARGE', () => references.find([many(1001)]));
  });

  it('end with their request', async () => {
    const { references } = stageReferences();
    const referring = references.find([aSource({ a: '${vault:a#x}' })]);
    const aborted = AbortSignal.abort(new Error('gone'));
    expect(await references.read(referring!, orders, aborted).catch((error: unknown) => String(error))).to.equal(
      'Error: gone',
    );
  });
});

describe('references that are not allowed', () => {
  const allow = [{ applications: ['orders'], profiles: [], paths: ['secret/orders/*'] }];
  const properties = { 'db.password': '${vault:billing/db#password}', x: '${vault:orders/db#x}' };

  it('refuse the request before anything is read, with the file and the key but no path', async () => {
    const stage = stageReferences({ allow });
    const error = await expectError('CONFIG_SECRET_FORBIDDEN', () => resolveOne(stage, properties));
    expect(error.message).to.equal(
      'The application "orders" may not refer to the secret of the key "db.password" in repo/orders.yml: no rule of `secrets.allow` lets it.',
    );
    expect(stage.store.asked).to.deep.equal([]);
  });

  it('are told once to who runs the server, with the path that a rule would need', async () => {
    const stage = stageReferences({ allow });
    const { references } = stage;
    const referring = references.find([aSource(properties)])!;
    for (const query of [orders, orders, aQuery('orders/dev')]) {
      await expectError('CONFIG_SECRET_FORBIDDEN', () => references.read(referring, query, noAbort()));
      expect(references.peek(referring, query)).to.equal(undefined);
    }
    expect(stage.events).to.deep.equal(
      ['prod', 'dev'].map((profiles) => ({
        type: 'secret-forbidden',
        propertySource: 'repo/orders.yml',
        key: 'db.password',
        path: 'secret/billing/db',
        application: 'orders',
        profiles,
      })),
    );
  });

  it('are so for all who ask together', async () => {
    const stage = stageReferences({ allow });
    const sources = [aSource({ x: '${vault:orders/db#x}' })];
    await resolve(stage, sources);
    await expectError('CONFIG_SECRET_FORBIDDEN', () => resolve(stage, sources, aQuery('billing,orders/prod')));
  });

  it('do not matter where the path is none', async () => {
    const stage = stageReferences({ allow: [] });
    expect(await resolveOne(stage, { a: '{vault}:../../sys#x' })).to.deep.equal([['invalid.a', { value: '<n/a>' }]]);
  });
});

describe('references that are read with the token of who asks', () => {
  const of = (token?: CallerToken) => parseQuery({ application: 'orders', profiles: 'prod', token });
  const ann = new CallerToken('token-of-ann', 'ann');
  const sources = [aSource({ a: '{vault}:s#a' })];

  it('are read in its name', async () => {
    const stage = stageReferences({ needsCaller: true, has: { 'secret/s': '{"a":"1"}' } });
    expect(await resolve(stage, sources, of(ann))).to.deep.equal([[['a', { value: '1', secret: true }]]]);
    expect(stage.store.asked).to.deep.equal(['ann secret/s']);
  });

  it('need one', async () => {
    const stage = stageReferences({ needsCaller: true });
    await expectError('CONFIG_TOKEN_MISSING', () => resolve(stage, sources, of()));
    expect(stage.references.peek(stage.references.find(sources)!, of())).to.equal(undefined);
    expect([stage.store.asked.length, stage.store.peeks]).to.deep.equal([0, 0]);
  });

  it('are forbidden where Vault refuses it and that fails the request', async () => {
    const stage = stageReferences({ needsCaller: true, unresolved: 'fail', has: { 'secret/s': refused } });
    const error = await expectError('CONFIG_FORBIDDEN', () => resolve(stage, sources, of(ann)));
    expect(error.message).to.equal(
      'Vault does not let the token of the request (X-Config-Token) read the secret of the key "a" in repo/orders.yml.',
    );
  });
});
