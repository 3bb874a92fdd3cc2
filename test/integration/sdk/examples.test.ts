import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { runProgram, runSource } from '../../support/run-module.js';
import { startWireServer, type WireServer } from '../../support/wire-server.js';

const orders = {
  'orders.max-items': 500,
  'orders.currencies[0]': 'EUR',
  'orders.currencies[1]': 'GBP',
  'orders.payment.url': 'http://billing.internal:8082/payments',
  'orders.payment.timeout-ms': 800,
};

describe('sdk: examples', () => {
  const cleanups = createCleanups();
  let server: WireServer;
  let environment: Readonly<Record<string, string>>;

  beforeEach(async () => {
    server = cleanups.add(await startWireServer({ version: 'v1', properties: orders }));
    environment = { CONFIG_SERVER_URL: server.url, EXAMPLE_INTERVAL: '100ms' };
  });
  afterEach(() => cleanups.run());

  it('watch.mjs prints the configuration and each change, and ends at Ctrl-C', async () => {
    const { code, output } = await runProgram('examples/watch.mjs', [], {
      environment,
      onOutput: (seen) => {
        if (seen.includes('Ctrl-C ends'))
          server.commit({ version: 'v2', properties: { ...orders, 'orders.max-items': 400 } });
      },
      interruptAt: /v1 → v2[\s\S]*was 500/,
    });
    expect(output.split('\n').filter((line) => /max-items|v1|Closed/.test(line))).to.deep.equal([
      'orders/prod at version v1',
      '    orders.max-items = 500',
      'v1 → v2',
      '  ~ orders.max-items = 400   (was 500)',
      'Closed.',
    ]);
    expect(code).to.equal(0);
  });

  for (const example of ['examples/watch.mjs', 'examples/typed.mjs']) {
    it(`${example} says what to do when there is no server`, async () => {
      await server.close();
      const { code, output } = await runProgram(example, [], {
        environment: { ...environment, EXAMPLE_TIMEOUT: '200ms' },
      });
      expect(output).to.match(/^CONFIG_UNAVAILABLE: Cannot load the configuration of orders\/prod: http:/);
      expect(output).to.include('npm start');
      expect(output).not.to.match(/\n\s+at /);
      expect(code).to.equal(1);
    });
  }

  it('typed.mjs prints what its schema made of the configuration', async () => {
    const { code, output } = await runProgram('examples/typed.mjs', [], { environment });
    expect([output, code]).to.deep.equal(['At most 500 items, in EUR, GBP.\n', 0]);
  });

  it('a process with a configuration that was never closed ends by itself', async () => {
    const source = `
      import { load } from 'cairn-config-client';
      const config = await load({ application: 'orders' });
      config.on('change', () => {});
      console.log(config.version);`;
    const { code, output } = await runSource(source, { environment });
    expect([output, code]).to.deep.equal(['v1\n', 0]);
  });

  it('a process is warned by Node of what no one listens to', async () => {
    const source = `
      import { load } from 'cairn-config-client';
      const config = await load({ application: 'orders', fallback: { a: 1 }, timeout: '100ms' });
      console.log(config.origin);`;
    await server.close();
    const { output } = await runSource(source, { environment });
    expect(output).to.include('fallback\n');
    expect(output).to.match(/\[CONFIG_UNAVAILABLE\] ConfigWarning: Cannot load .* The fallback is used\./);
  });
});
