import { expect } from 'chai';
import type { ChangeEvent } from 'cairn-config-client';
import { z } from 'zod';
import { expectError } from '../../support/expect-error.js';
import { settle } from '../../support/settle.js';
import { loadOrders, recordEvents, serving } from '../../support/loaded-config.js';
import { anEnvironment } from '../../support/wire-answer.js';

describe('sdk: reading', () => {
  it('gives properties, lists and what is nested, and the default only where nothing is', async () => {
    const properties = { 'a.b': null, 'a.list[0].x': 1, 'a.list[1].x': 2, 'map[/path/**]': 'p', 'c.d': false };
    const { platform } = serving({ properties });
    const config = await loadOrders(platform);
    const keys = ['a.b', 'a.list[1].x', 'a.list[1]', 'map[/path/**]', 'c', 'c.d'];
    expect(keys.map((key) => config.get(key))).to.deep.equal([null, 2, { x: 2 }, 'p', { d: false }, false]);
    expect(config.get('c.e', 'default')).to.equal('default');
    expect(config.get('c.e', undefined)).to.equal(undefined);
    expect(config.get('c.d', true)).to.equal(false);
  });

  const missing = [
    '',
    'a.',
    '.a',
    'a..b',
    'a.list[2]',
    'a.list[x]',
    'a.list.0',
    'a.list[0]x',
    'toString',
    '__proto__',
    'a.constructor',
  ];
  for (const key of missing) {
    it(`has nothing at '${key}'`, async () => {
      const { platform } = serving({ properties: { 'a.list[0]': 1, 'a.list[1]': 2 } });
      const config = await loadOrders(platform);
      await expectError('CONFIG_KEY_MISSING', () => config.get(key));
    });
  }

  it('names the application and a near key where a key is missing', async () => {
    const { platform } = serving({ properties: { 'orders.max-items': 5 } });
    const config = await loadOrders(platform, { label: 'main' });
    const near = await expectError('CONFIG_KEY_MISSING', () => config.get('orders.max-itmes'));
    expect(near.message).to.equal(
      "The configuration of orders/prod/main has no value at 'orders.max-itmes'. Did you mean 'orders.max-items'?",
    );
    const far = await expectError('CONFIG_KEY_MISSING', () => config.get('x'));
    expect(far.message).to.equal("The configuration of orders/prod/main has no value at 'x'.");
  });

  it('finds keys under their own names where a value and a map collide', async () => {
    const { platform } = serving({ properties: { 'hub.server': 'x', 'hub.server.timeout.millis': 1, a: 1, 'a.b': 2 } });
    const config = await loadOrders(platform);
    expect([config.get('hub.server'), config.get('hub.server.timeout.millis'), config.get('a.b')]).to.deep.equal([
      'x',
      1,
      2,
    ]);
  });

  const policies = [
    ['auto', [5, 9007199254740991, 9007199254740993n, -12345678901234567890n, 5, 0.5]],
    ['always', [5n, 9007199254740991n, 9007199254740993n, -12345678901234567890n, 5, 0.5]],
    ['string', [5, 9007199254740991, '9007199254740993', '-12345678901234567890', 5, 0.5]],
  ] as const;
  for (const [bigint, values] of policies) {
    it(`never rounds integers, with bigint '${bigint}'`, async () => {
      const text =
        '{"n[0]":5,"n[1]":9007199254740991,"n[2]":9007199254740993,"n[3]":-12345678901234567890,"n[4]":5.0,"n[5]":0.5}';
      const { platform } = serving({ properties: text });
      const config = await loadOrders(platform, { bigint });
      expect(config.get('n')).to.deep.equal(values);
    });
  }

  it('prints numbers in placeholders as the server prints them', async () => {
    const text = '{"big":12345678901234567890,"float":5.0,"exp":1e10,"all":"${big} ${float} ${exp} ${none:x}"}';
    const { platform } = serving({ properties: text });
    expect((await loadOrders(platform)).get('all')).to.equal('12345678901234567890 5.0 1.0E10 x');
  });

  it('resolves placeholders from the process environment only where told to, and the configuration first', async () => {
    const { platform } = serving({ properties: { a: '${HOME_TOWN}', b: '${name:x}', name: 'configured' } });
    platform.variables.set('HOME_TOWN', 'Ulm').set('name', 'environment');
    const [without, with_] = [
      await loadOrders(platform),
      await loadOrders(platform, { placeholders: { environment: true } }),
    ];
    expect(without.current).to.deep.equal({ a: '${HOME_TOWN}', b: 'configured', name: 'configured' });
    expect(with_.current).to.deep.equal({ a: 'Ulm', b: 'configured', name: 'configured' });
  });

  it('merges sources by precedence, arrays whole', async () => {
    const sources = [
      { name: 'orders-prod.yml', source: { a: 1, 'list[0]': 'x' } },
      { name: 'orders.yml', source: { a: 2, b: 3, 'list[0]': 'y', 'list[1]': 'z' } },
    ];
    const { platform } = serving({ sources });
    const config = await loadOrders(platform);
    expect(config.current).to.deep.equal({ a: 1, b: 3, list: ['x'] });
    expect(config.sources.map(({ name, properties }) => [name, Object.fromEntries(properties)])).to.deep.equal([
      ['orders-prod.yml', { a: { value: 1 }, 'list[0]': { value: 'x' } }],
      ['orders.yml', { a: { value: 2 }, b: { value: 3 }, 'list[0]': { value: 'y' }, 'list[1]': { value: 'z' } }],
    ]);
    expect(config.sources).to.equal(config.sources);
  });

  it('is frozen through and through, and hostile keys are keys', async () => {
    const properties = JSON.parse('{"__proto__.polluted":true,"constructor.prototype.x":1,"a.b[0].c":1}') as Record<
      string,
      unknown
    >;
    const { platform } = serving({ properties: JSON.stringify(properties) });
    const config = await loadOrders(platform);
    const { current } = config;
    expect(Object.keys(current)).to.deep.equal(['__proto__', 'constructor', 'a']);
    expect(config.get('__proto__.polluted')).to.equal(true);
    expect(Reflect.get({}, 'polluted')).to.equal(undefined);
    expect(Reflect.set(current, 'a', 1)).to.equal(false);
    expect(Reflect.set(config.get('a.b[0]') as object, 'c', 2)).to.equal(false);
    expect(Reflect.set(config.get('a.b') as object, 0, 2)).to.equal(false);
  });

  it('is what the schema makes of it, and the schema its defaults are not frozen', async () => {
    const shared = { tags: ['x'] };
    const schema = z.object({
      port: z.coerce.number(),
      until: z.coerce.date(),
      shared: z.object({ tags: z.array(z.string()) }).default(shared),
    });
    const { platform } = serving({ properties: { port: '8080', until: '2026-01-01', extra: 1 } });
    const config = await loadOrders(platform, { schema });
    expect(config.current).to.deep.equal({ port: 8080, until: new Date('2026-01-01'), shared: { tags: ['x'] } });
    expect(config.get('shared.tags[0]')).to.equal('x');
    expect(config.get('until')).to.be.instanceOf(Date);
    expect([Object.isFrozen(shared), Object.isFrozen(config.current.shared.tags)]).to.deep.equal([false, true]);
    await expectError('CONFIG_KEY_MISSING', () => config.get('extra' as 'port'));
  });

  it('takes a schema that validates in its own time, and one that throws as one that refuses', async () => {
    const later = z.object({ port: z.number() }).refine((value) => Promise.resolve(value.port > 1));
    const { platform, commit } = serving({ properties: { port: 2 } });
    const config = await loadOrders(platform, { schema: later });
    commit({ version: 'v2', properties: { port: 1 } });
    await expectError('CONFIG_SCHEMA_INVALID', () => platform.drive(config.refresh()));
    const cause = new Error('bug');
    const throwing = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw cause;
        },
      },
    } as const;
    const error = await expectError('CONFIG_SCHEMA_INVALID', () => loadOrders(platform, { schema: throwing }));
    expect(error.message).to.equal(
      'Cannot load the configuration of orders/prod: The schema threw instead of naming issues.',
    );
    expect(error.cause).to.equal(cause);
  });

  it('tells its age from the last confirmation, with what the server says of its own', async () => {
    const { platform } = serving({ headers: { 'x-config-age': '7' } });
    const config = await loadOrders(platform, { refresh: false });
    expect(config.age).to.equal(7_000);
    await platform.advance(3_000);
    expect(config.age).to.equal(10_000);
    expect(config.stale).to.equal(false);
  });

  it('is stale when the server says so, and recovers', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform);
    const events = recordEvents(config, 'stale', 'recovered');
    platform.respond = () => anEnvironment({ headers: { 'x-config-stale': 'true', 'x-config-age': '600' } });
    await platform.advance(10_000);
    expect(config.stale).to.equal(true);
    platform.respond = () => anEnvironment();
    await platform.advance(10_000);
    expect(config.stale).to.equal(false);
    expect(events).to.deep.equal([
      ['stale', { reason: 'server', version: 'v1', age: 600_000 }],
      ['recovered', { version: 'v1' }],
    ]);
  });
});

describe('sdk: changes()', () => {
  it('gives each change in turn, and one that spans all where the reader is slow', async () => {
    const { platform, commit } = serving({ version: '1', properties: { a: 1 } });
    const config = await loadOrders(platform, { refresh: false });
    const changes = config.changes();
    const first = changes.next();
    commit({ version: '2', properties: { a: 2 } });
    await platform.drive(config.refresh());
    expect((await first).value).to.deep.include({ version: '2', changed: [{ key: 'a', previous: 1, next: 2 }] });
    for (const version of ['3', '4', '5']) {
      commit({ version, properties: { a: Number(version), [`b${version}`]: true } });
      await platform.drive(config.refresh());
    }
    const spanning: ChangeEvent = {
      version: '5',
      previousVersion: '2',
      added: [{ key: 'b5', next: true }],
      changed: [{ key: 'a', previous: 2, next: 5 }],
      removed: [],
      source: 'refresh',
    };
    expect(await changes.next()).to.deep.equal({ done: false, value: spanning });
  });

  it('gives nothing where the values came back to what they were', async () => {
    const { platform, commit } = serving({ version: '1', properties: { a: 1 } });
    const config = await loadOrders(platform, { refresh: false });
    const changes = config.changes();
    for (const [version, a] of [
      ['2', 2],
      ['3', 1],
    ] as const) {
      commit({ version, properties: { a } });
      await platform.drive(config.refresh());
    }
    const next = changes.next();
    await settle();
    await config.close();
    expect(await next).to.deep.equal({ done: true, value: undefined });
  });

  it('ends without an exception at its signal, at break and at close', async () => {
    const { platform } = serving({});
    const config = await loadOrders(platform);
    const controller = new AbortController();
    const [bySignal, byClose] = [config.changes({ signal: controller.signal }), config.changes()];
    const ends = [bySignal.next(), byClose.next()];
    const byReturn = config.changes();
    const done = { done: true, value: undefined };
    expect(await byReturn.return?.()).to.deep.equal(done);
    controller.abort();
    await config.close();
    expect(await Promise.all([...ends, byReturn.next()])).to.deep.equal([done, done, done]);
    expect(await config.changes().next()).to.deep.equal(done);
    expect(await config.changes({ signal: AbortSignal.abort() }).next()).to.deep.equal(done);
  });
});
