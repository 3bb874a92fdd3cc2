import { Agent } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import type { VaultAsked, VaultSays } from '../../support/fake-vault.js';
import { startReferringServer } from '../../support/referring-server.js';

const services = 100;
const references = 10;
const says = async ({ path }: VaultAsked): Promise<VaultSays> => {
  // As a Vault that takes a while, so that reads are under way together.
  await setImmediate();
  return { body: { data: { v: `value of ${path}` } } };
};

describe('many first requests for services with references', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('read each secret once, 32 at a time at most, and none again within the time to live', async () => {
    const fileOf = (service: number): string =>
      Array.from({ length: references }, (_, i) => `k${i}: \${vault:s${service}/p${i}#v}`).join('\n');
    const files = Object.fromEntries(Array.from({ length: services }, (_, i) => [`s${i}.yml`, fileOf(i)]));
    const { port, vault } = await startReferringServer(cleanups, { files, says });
    const agent = new Agent({ keepAlive: true, maxSockets: 200 });
    cleanups.add({
      close: () => {
        agent.destroy();
        return Promise.resolve();
      },
    });
    const askAll = () =>
      Promise.all(
        Array.from({ length: 1000 }, async (_, i) => {
          const service = i % services;
          const { status, body } = await ask(port, { path: `/s${service}/default`, agent });
          const isRight = body.toString().includes(`"k7":"value of secret/s${service}/p7"`);
          return `${status} ${isRight}`;
        }),
      );
    const reads = () => vault.asked.filter(({ path }) => path.startsWith('secret/')).map(({ path }) => path);

    expect(new Set(await askAll())).to.deep.equal(new Set(['200 true']));
    expect([reads().length, new Set(reads()).size]).to.deep.equal([services * references, services * references]);
    expect(vault.mostAtOnce).to.be.within(2, 32);
    expect(new Set(await askAll())).to.deep.equal(new Set(['200 true']));
    expect(reads().length).to.equal(services * references);
  });
});
