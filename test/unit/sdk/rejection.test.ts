import { expect } from 'chai';
import type { RejectedEvent } from 'cairn-config-client';
import { z } from 'zod';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { loadOrders, recordEvents, serving } from '../../support/loaded-config.js';
import { anEnvironment } from '../../support/wire-answer.js';

describe('sdk: a configuration that is not taken', () => {
  const schema = z.object({ port: z.number().max(9), name: z.string().optional() });

  it('stays whole at the old one when the schema refuses, telling keys and no values', async () => {
    const { platform, commit } = serving({ properties: { port: 1 } });
    const config = await loadOrders(platform, { schema });
    const { current } = config;
    const events = recordEvents(config, 'change', 'rejected');
    commit({ version: 'v2', properties: { port: 'canary-8f2c', name: 'new' } });
    await platform.advance(10_000);
    expect(config.current).to.equal(current);
    expect({ version: config.version, name: config.get('name', null) }).to.deep.equal({ version: 'v1', name: null });
    const [[name, event]] = events as [[string, RejectedEvent]];
    const { error, ...told } = event;
    expect([name, told]).to.deep.equal([
      'rejected',
      {
        code: 'CONFIG_SCHEMA_INVALID',
        reason: 'The schema does not take it: port: Invalid input: expected number, received string.',
        issues: [{ path: 'port', message: 'Invalid input: expected number, received string' }],
        version: 'v2',
        digest: 'd-v2',
      },
    ]);
    expect(error.message).to.equal(told.reason);
  });

  it('is not tried again before the server has another', async () => {
    const asked = { count: 0 };
    const counted = schema.refine(() => (asked.count += 1) > 0);
    const { platform, commit } = serving({ properties: { port: 1 } });
    const config = await loadOrders(platform, { schema: counted });
    const events = recordEvents(config, 'rejected', 'change');
    commit({ version: 'v2', properties: { port: 10 } });
    await platform.advance(50_000);
    expect(events.map(([name]) => name)).to.deep.equal(['rejected']);
    await expectError('CONFIG_SCHEMA_INVALID', () => platform.drive(config.refresh()));
    commit({ version: 'v3', properties: { port: 2 } });
    await platform.advance(10_000);
    expect(events.map(([name]) => name)).to.deep.equal(['rejected', 'change']);
    expect(config.get('port')).to.equal(2);
  });

  it('is told once by a server without ETags too, and forgotten when the old one comes back', async () => {
    let port: unknown = 1;
    const platform = new FakePlatform(() => anEnvironment({ properties: { port }, headers: { etag: '' } }));
    const config = await loadOrders(platform, { schema });
    const events = recordEvents(config, 'rejected', 'change');
    port = 'x';
    await platform.advance(40_000);
    expect(events.map(([name]) => name)).to.deep.equal(['rejected']);
    port = 1;
    await platform.advance(10_000);
    port = 'x';
    await platform.advance(10_000);
    expect(events.map(([name]) => name)).to.deep.equal(['rejected', 'rejected']);
    expect(config.get('port')).to.equal(1);
  });

  it('goes stale, because what is in place is not what the server has', async () => {
    const { platform, commit } = serving({ properties: { port: 1 } });
    const config = await loadOrders(platform, { schema });
    const events = recordEvents(config, 'stale', 'recovered');
    commit({ version: 'v2', properties: { port: 10 } });
    await platform.advance(31_000);
    commit({ version: 'v1', properties: { port: 1 } });
    await platform.advance(10_000);
    expect(events).to.deep.equal([
      ['stale', { reason: 'unconfirmed', version: 'v1', age: 30_000 }],
      ['recovered', { version: 'v1' }],
    ]);
  });

  const broken: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['placeholders in a cycle', { a: '${b}', b: '${a}' }, 'CONFIG_PLACEHOLDER_CYCLE'],
    ['keys that cannot be nested', { 'a..b': 1 }, 'CONFIG_KEYS_NOT_NESTABLE'],
  ];
  for (const [title, properties, code] of broken) {
    it(`is rejected for ${title}, and warned of where no one listens`, async () => {
      const { platform, commit } = serving({ properties: { port: 1 } });
      const config = await loadOrders(platform);
      commit({ version: 'v2', properties });
      await expectError(code, () => platform.drive(config.refresh()));
      await platform.advance(30_000);
      expect(platform.warnings.map((warning) => warning.split(':')[0])).to.deep.equal([code]);
      expect(config.current).to.deep.equal({ port: 1 });
    });
  }

  it('is rejected by canApply, which sees both and is not asked at start', async () => {
    const { platform, commit } = serving({ properties: { port: 1 } });
    const asked: unknown[] = [];
    const canApply = (next: unknown, previous: unknown): boolean => asked.push([next, previous]) > 1;
    const config = await loadOrders(platform, { canApply });
    const events = recordEvents(config, 'rejected', 'change');
    commit({ version: 'v2', properties: { port: 2 } });
    await platform.advance(30_000);
    commit({ version: 'v3', properties: { port: 3 } });
    await platform.advance(10_000);
    expect(asked).to.deep.equal([
      [{ port: 2 }, { port: 1 }],
      [{ port: 3 }, { port: 1 }],
    ]);
    expect(events.map(([name, event]) => [name, (event as Partial<RejectedEvent>).reason])).to.deep.equal([
      ['rejected', 'canApply returned false.'],
      ['change', undefined],
    ]);
  });

  const vetoes: readonly (readonly [string, () => Promise<boolean>, string])[] = [
    ['throws', () => Promise.reject(new Error('pool is busy')), 'canApply threw: pool is busy'],
    ['throws what is no error', throwText, 'canApply threw: busy'],
    ['does not answer in time', () => new Promise(() => undefined), 'canApply did not end within 5s.'],
  ];
  for (const [title, canApply, reason] of vetoes) {
    it(`is rejected when canApply ${title}`, async () => {
      const { platform, commit } = serving({ properties: { port: 1 } });
      const config = await loadOrders(platform, { canApply });
      commit({ version: 'v2', properties: { port: 2 } });
      const error = await expectError('CONFIG_REJECTED', () => platform.drive(config.refresh()));
      expect(error.message).to.equal(reason);
      expect(config.current).to.deep.equal({ port: 1 });
    });
  }
});

/** What a service may do although the compiler does not like it. */
function throwText(): Promise<boolean> {
  AbortSignal.abort('busy').throwIfAborted();
  return Promise.resolve(true);
}
