import { inspect } from 'node:util';
import { asSecret, Secret, type ChangeEvent, type Config, type RejectedEvent } from 'cairn-config-client';
import { expect } from 'chai';
import { z } from 'zod';
import { isEqual } from '#sdk/snapshot/equal.js';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { loadOrders, recordEvents, serving } from '../../support/loaded-config.js';
import { anEnvironment } from '../../support/wire-answer.js';

const canary = 'canary-8f2c';
const secret = (value: unknown): unknown => ({ value, secret: true });
const properties = {
  'db.password': { value: canary, origin: '2:13', secret: true },
  'db.url': { value: 'db://app:${db.password}@db', origin: '3:8' },
  'db.port': { value: 5432, origin: '4:9' },
};

/** Everything that a text could be made of it by chance. */
function printed(value: unknown): string {
  return [inspect(value, { depth: 20, getters: true, showHidden: true }), JSON.stringify(value)].join('\n');
}

const revealed = (value: unknown): unknown => (value as Secret).reveal();

describe('sdk: a secret', () => {
  it('gives its value when it is asked to, and shows it nowhere', () => {
    const password = new Secret(canary);
    expect(password.reveal()).to.equal(canary);
    const shown = [
      String(password),
      password.toString(),
      [password].join(),
      inspect(password),
      JSON.stringify({ password }),
    ];
    expect(shown).to.deep.equal(['***', '***', '***', '***', '{"password":"***"}']);
    expect(printed([password, { password }])).to.not.contain(canary);
    expect([Object.keys(password), structuredClone(password)]).to.deep.equal([[], {}]);
    expect(Number(new Secret(5))).to.deep.equal(NaN);
  });

  it('is equal to one with the same value', () => {
    const pairs: readonly (readonly [unknown, unknown])[] = [
      [new Secret('a'), new Secret('a')],
      [new Secret('a'), new Secret('b')],
      [new Secret('5'), new Secret(5)],
      [new Secret('***'), '***'],
      ['***', new Secret('***')],
    ];
    expect(pairs.map(([left, right]) => isEqual(left, right))).to.deep.equal([true, false, false, false, false]);
  });

  it('is made once of one that is there', () => {
    const password = new Secret(canary);
    expect(asSecret(password)).to.equal(password);
    expect(asSecret(canary).reveal()).to.equal(canary);
  });
});

describe('sdk: secrets in plain', () => {
  it('come out as before, marked in the sources and not shown there', async () => {
    const { platform } = serving({ properties });
    const config = await loadOrders(platform);
    expect(config.current).to.deep.equal({ db: { password: canary, url: `db://app:${canary}@db`, port: 5432 } });
    const [source] = config.sources;
    const password = source?.properties.get('db.password');
    expect({ ...password }).to.deep.equal({ value: canary, origin: '2:13', secret: true });
    expect(JSON.stringify(password)).to.equal('{"value":"***","origin":"2:13","secret":true}');
    expect(source?.properties.get('db.url')).to.deep.equal({ value: 'db://app:${db.password}@db', origin: '3:8' });
    expect(printed(config.sources)).to.contain('2:13').and.not.contain(canary);
    expect(printed(config)).to.contain("version: 'v1'").and.not.contain(canary);
  });

  it('make no event where a value becomes a secret, but are marked from then on', async () => {
    const { platform, commit } = serving({ properties: { password: canary } });
    const config = await loadOrders(platform);
    const events = recordEvents(config, 'change');
    const { current } = config;
    commit({ version: 'v2', properties: { password: secret(canary) } });
    await platform.advance(10_000);
    expect([events, config.current === current, config.version]).to.deep.equal([[], true, 'v2']);
    expect(config.sources[0]?.properties.get('password')?.secret).to.equal(true);
  });
});

describe('sdk: secrets as Secret', () => {
  it('are wrapped wherever they come out, with all that placeholders made of them', async () => {
    const { platform } = serving({ properties: { ...properties, 'db.pins[0]': secret(7), 'db.pins[1]': 8 } });
    const config = await loadOrders(platform, { secrets: 'wrap' });
    const values = ['db.password', 'db.url', 'db.pins[0]'].map((key) => revealed(config.get(key)));
    expect(values).to.deep.equal([canary, `db://app:${canary}@db`, 7]);
    expect(JSON.stringify(config.current)).to.equal(
      '{"db":{"password":"***","url":"***","port":5432,"pins":["***",8]}}',
    );
    expect(config.sources[0]?.properties.get('db.password')?.value).to.be.instanceOf(Secret);
    expect(printed([config.current, config.sources, config, config.get('db')])).to.not.contain(canary);
  });

  it('are wrapped where a key has no place in the tree', async () => {
    const { platform } = serving({ properties: { a: secret('x'), 'a.b': secret(canary) } });
    const config = await loadOrders(platform, { secrets: 'wrap' });
    expect(['a', 'a.b'].map((key) => revealed(config.get(key)))).to.deep.equal(['x', canary]);
    expect(printed(config.current)).to.not.contain(canary);
  });

  it('are not wrapped where there is nothing to hide', async () => {
    const { platform } = serving({ properties: { none: secret(null), some: secret('') } });
    const config = await loadOrders(platform, { secrets: 'wrap' });
    expect([config.get('none'), revealed(config.get('some'))]).to.deep.equal([null, '']);
  });

  it('are wrapped in changes and watches, which tell that another is there and not which', async () => {
    const { platform, commit } = serving({ properties });
    const config = await loadOrders(platform, { secrets: 'wrap' });
    const events = recordEvents(config, 'change');
    const watched: unknown[] = [];
    config.watch('db.password', (next, previous) => watched.push(next, previous));
    const changes = config.changes();
    commit({ version: 'v2', properties: { ...properties, 'db.password': secret('another-8f2c') } });
    await platform.advance(10_000);
    const { value: streamed } = (await changes.next()) as { value: ChangeEvent };
    const told = [events[0]?.[1] as ChangeEvent, streamed].map(({ changed }) =>
      changed.map(({ key, previous, next }) => [key, revealed(previous), revealed(next)]),
    );
    const expected = [
      ['db.password', canary, 'another-8f2c'],
      ['db.url', `db://app:${canary}@db`, 'db://app:another-8f2c@db'],
    ];
    expect(told).to.deep.equal([expected, expected]);
    expect(watched.map(revealed)).to.deep.equal(['another-8f2c', canary]);
    expect(printed([events, streamed, watched])).to.not.match(/8f2c/);
  });

  it('are wrapped from the moment on that their values become secrets', async () => {
    const { platform, commit } = serving({ properties: { password: canary, kept: 1 } });
    const config = await loadOrders(platform, { secrets: 'wrap' });
    const events = recordEvents(config, 'change');
    commit({ version: 'v2', properties: { password: secret(canary), kept: 1 } });
    await platform.advance(10_000);
    const [[, event]] = events as [[string, ChangeEvent]];
    expect(event.changed.map(({ key, previous, next }) => [key, previous, revealed(next)])).to.deep.equal([
      ['password', canary, canary],
    ]);
    expect(event.changed[0]?.next).to.be.instanceOf(Secret);
    expect(revealed(config.get('password'))).to.equal(canary);
  });

  it('may stand in a fallback', async () => {
    const platform = new FakePlatform(() => new Response(null, { status: 503 }));
    const fallback = { db: { password: new Secret(canary), port: 1 } };
    const config = await loadOrders(platform, { fallback, secrets: 'wrap' });
    expect(revealed(config.get('db.password'))).to.equal(canary);
    expect(printed(config.current)).to.contain('port: 1').and.not.contain(canary);
  });
});

describe('sdk: secrets and a schema', () => {
  const db = { url: z.string().transform(asSecret), port: z.number() };
  const wrapping = z.object({ db: z.object({ ...db, password: z.string().min(8).transform(asSecret) }) });
  const leaving = z.object({ db: z.object({ ...db, password: z.string() }) });

  it('are given to it in plain, and are what it makes of them', async () => {
    const { platform } = serving({ properties });
    const config = await loadOrders(platform, { schema: wrapping, secrets: 'wrap' });
    const password: Secret = config.get('db.password');
    expect(password.reveal()).to.equal(canary);
    expect(printed(config.current)).to.not.contain(canary);
  });

  it('are refused where it leaves one in plain', async () => {
    const { platform } = serving({ properties });
    const error = await expectError('CONFIG_SCHEMA_INVALID', () =>
      loadOrders(platform, { schema: leaving, secrets: 'wrap' }),
    );
    expect(error.message).to.equal(
      'Cannot load the configuration of orders/prod: The schema does not take it: db.password: ' +
        "it is a secret, and the schema leaves it in plain: make it one (asSecret), or load with secrets: 'plain'.",
    );
    const config: Config<z.output<typeof leaving>> = await loadOrders(platform, { schema: leaving });
    expect(config.current.db.password).to.equal(canary);
  });

  it('may be left out by it, or made something else', async () => {
    const { platform } = serving({ properties });
    const schema = z.object({ db: z.object({ port: z.number(), url: z.string().transform((text) => [text]) }) });
    const config = await loadOrders(platform, { schema, secrets: 'wrap' });
    expect(config.current).to.deep.equal({ db: { port: 5432, url: [`db://app:${canary}@db`] } });
  });
});

describe('sdk: no text', () => {
  const quoting = (quote: (text: string) => string): z.ZodType =>
    z.string().refine(() => false, { error: ({ input }) => `not ${quote(String(input))}` });
  const checks: readonly (readonly [string, z.ZodType])[] = [
    ['quotes it', quoting((text) => text)],
    ['cuts it short', quoting((text) => `${text.slice(0, 7)}…`)],
    ['shouts it', quoting((text) => text.toUpperCase())],
  ];
  for (const [title, check] of checks) {
    it(`of a schema has a secret, where the schema ${title}`, async () => {
      const { platform } = serving({ properties });
      const schema = z.object({ db: z.object({ password: check }) });
      const error = await expectError('CONFIG_SCHEMA_INVALID', () => loadOrders(platform, { schema }));
      expect(printed(error))
        .to.contain('db.password')
        .and.not.match(/canary/i);
    });
  }

  it('of a schema has the secret of another key', async () => {
    const { platform } = serving({ properties });
    const port = z.number().refine(() => false, { error: `not for ${canary}` });
    const schema = z.object({ db: z.looseObject({ port }) });
    const error = await expectError('CONFIG_SCHEMA_INVALID', () => loadOrders(platform, { schema }));
    expect(error.message).to.contain('db.port: not for ….');
  });

  it('of a rejection has one, whatever canApply throws', async () => {
    const { platform, commit } = serving({ properties });
    const canApply = (next: unknown, previous: unknown): never => {
      throw new Error(`no ${JSON.stringify([next, previous])}`);
    };
    const config = await loadOrders(platform, { canApply });
    const events = recordEvents(config, 'rejected');
    commit({ version: 'v2', properties: { ...properties, 'db.password': secret('another-8f2c') } });
    await platform.advance(10_000);
    const [[, { reason, error }]] = events as [[string, RejectedEvent]];
    expect(`${reason}${error.message}`).to.contain('db://app:…@db').and.not.match(/8f2c/);
  });

  it('of a listener has one, of the configuration in place or the one before', async () => {
    const { platform, commit } = serving({ properties });
    const config = await loadOrders(platform);
    config.on('change', (change) => Promise.reject(new Error(JSON.stringify(change))));
    commit({ version: 'v2', properties: { ...properties, 'db.password': secret('another-8f2c') } });
    await platform.advance(10_000);
    expect(platform.warnings.join()).to.contain('CONFIG_LISTENER_FAILED').and.not.match(/8f2c/);
  });

  const answers: readonly Readonly<Record<string, unknown>>[] = [
    { 'a..b': secret(canary) },
    { a: { value: canary, secret: 'yes' } },
    { list: { value: [canary], secret: true } },
    { a: secret('${b}'), b: secret('${of.${c}}'), c: secret(canary), [`of.${canary}`]: secret('${a}') },
  ];
  for (const answer of [...answers.map((each) => JSON.stringify(each)), `{"a":{"value":"${canary}"]}`]) {
    it(`of an answer has one that cannot be taken: ${answer}`, async () => {
      const platform = new FakePlatform(() => anEnvironment({ properties: answer }));
      const error: unknown = await loadOrders(platform).catch((reason: unknown) => reason);
      expect(inspect(error)).to.contain('ConfigClientError').and.not.contain(canary);
    });
  }
});
