import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { ConfigClientError, load } from 'cairn-config-client';
import type { ChangeEvent, ErrorEvent } from 'cairn-config-client';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { environmentText, v2 } from '../../support/wire-answer.js';
import { startWireServer, type WireServer } from '../../support/wire-server.js';

describe('sdk over HTTP', () => {
  const cleanups = createCleanups();
  let server: WireServer;

  const loadOrders = async (options: Partial<Parameters<typeof load>[0]> = {}) =>
    cleanups.add(
      await load({
        url: server.url,
        application: 'orders',
        profiles: 'prod',
        refresh: { interval: '100ms' },
        ...options,
      }),
    );

  beforeEach(async () => {
    server = cleanups.add(await startWireServer({ version: 'v1', properties: { 'orders.max-items': 5, keep: 'x' } }));
  });
  afterEach(() => cleanups.run());

  it('loads, polls conditionally, and changes when the server has something new', async () => {
    const config = await loadOrders();
    const changes = config.changes();
    server.commit({ version: 'v2', properties: { 'orders.max-items': 6, keep: 'x' } });
    const { value: change } = (await changes.next()) as { value: ChangeEvent };
    expect(change).to.deep.equal({
      version: 'v2',
      previousVersion: 'v1',
      added: [],
      changed: [{ key: 'orders.max-items', previous: 5, next: 6 }],
      removed: [],
      source: 'poll',
    });
    expect(config.get('orders.max-items')).to.equal(6);
    expect(await config.refresh()).to.equal('unchanged');
    expect(server.requests.at(-1)?.headers['if-none-match']).to.equal('W/"v2-v2"');
  });

  it('keeps what it has when the server dies, tells it, and finds the server again', async () => {
    const config = await loadOrders();
    const failed = new Promise<ErrorEvent>((resolve) => config.on('error', resolve));
    server.respond((request) => request.socket.destroy());
    const { error } = await failed;
    expect(error.code).to.equal('CONFIG_UNAVAILABLE');
    expect(error.message).to.match(/^http:.* did not answer \((UND_ERR_SOCKET|ECONNRESET)\)\.$/);
    expect(config.get('orders.max-items')).to.equal(5);
    const changes = config.changes();
    server.commit({ version: 'v2', properties: { 'orders.max-items': 7 } });
    await changes.next();
    expect(config.get('orders.max-items')).to.equal(7);
  });

  it('moves on from a server where nothing listens', async () => {
    const dead = await startWireServer();
    await dead.close();
    const config = await loadOrders({ url: [dead.url, server.url] });
    expect(config.origin).to.equal('remote');
  });

  it('reads a compressed answer', async () => {
    server.respond((_, response) => {
      const body = gzipSync(environmentText({ properties: { text: 'x'.repeat(10_000) } }));
      response.writeHead(200, { 'content-type': v2, 'content-encoding': 'gzip' }).end(body);
    });
    expect((await loadOrders()).get('text')).to.have.length(10_000);
  });

  it('refuses a compressed answer that expands past the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024, 0x20));
    server.respond((_, response) => {
      response.writeHead(200, { 'content-type': v2, 'content-encoding': 'gzip' }).end(bomb);
    });
    await expectError('CONFIG_TOO_LARGE', () => loadOrders({ timeout: '10s' }));
  });

  it('refuses an answer that is cut off', async () => {
    server.respond((_, response) => {
      response.writeHead(200, { 'content-type': v2, 'content-length': '1000' });
      response.write('{"propertySources":[', () => response.destroy());
    });
    await expectError('CONFIG_UNAVAILABLE', () => loadOrders({ timeout: '200ms' }));
  });

  it('does not wait longer than its time for a server that says nothing, or stops in the middle', async () => {
    server.respond(() => undefined);
    await expectError('CONFIG_UNAVAILABLE', () => loadOrders({ timeout: '100ms' }));
    server.respond((_, response) => {
      response.writeHead(200, { 'content-type': v2 });
      response.write('{');
    });
    await expectError('CONFIG_UNAVAILABLE', () => loadOrders({ timeout: '100ms' }));
  });

  it('never carries credentials to where a redirect leads', async () => {
    const other = cleanups.add(await startWireServer());
    server.respond((_, response) => {
      response.writeHead(302, { location: `${other.url}/orders/prod` }).end();
    });
    const error = await expectError('CONFIG_REFUSED', () =>
      loadOrders({ headers: { 'x-config-token': 'canary-8f2c' } }),
    );
    expect(error.message).to.include(`redirects to ${other.url}`);
    expect(other.requests).to.deep.equal([]);
  });

  it('ends a request in flight when closed', async () => {
    const config = await loadOrders();
    const closed = new Promise((resolve) => {
      server.respond((_, response) => {
        void once(response, 'close').then(resolve);
        void config.close();
      });
    });
    await closed;
    await expectError('CONFIG_CLOSED', () => config.refresh());
  });

  it('gives up its start when told to', async () => {
    const controller = new AbortController();
    server.respond(() => {
      controller.abort();
    });
    const error = await expectError('CONFIG_ABORTED', () => loadOrders({ signal: controller.signal }));
    expect(error).to.be.instanceOf(ConfigClientError);
  });
});
