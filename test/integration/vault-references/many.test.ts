import { Agent } from 'node:http';
import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { createCleanups } from '../../support/cleanups.js';
import type { VaultAsked, VaultSays } from '../../support/fake-vault.js';
import { startReferringServer } from '../../support/referring-server.js';

const services = 100;
const references = 10;
const most = 32;

/** Answers when as many have asked as may at a time, or the last has: so that more of them would show. */
function answersTogether(): (asked: VaultAsked) => Promise<VaultSays> | VaultSays {
  let reads = 0;
  let release: (() => void)[] = [];
  return ({ path }) => {
    const says: VaultSays = { body: { data: { v: `value of ${path}` } } };
    if (!path.startsWith('secret/')) return says;
    reads += 1;
    return new Promise((resolve) => {
      release.push(() => {
        resolve(says);
      });
      if (release.length < most && reads < services * references) return;
      for (const answer of release) answer();
      release = [];
    });
  };
}

describe('many first requests for services with references', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('read each secret once, 32 at a time at most, and none again within the time to live', async () => {
    const fileOf = (service: number): string =>
      Array.from({ length: references }, (_, i) => `k${i}: \${vault:s${service}/p${i}#v}`).join('\n');
    const files = Object.fromEntries(Array.from({ length: services }, (_, i) => [`s${i}.yml`, fileOf(i)]));
    const { port, vault } = await startReferringServer(cleanups, { files, says: answersTogether() });
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
    expect(vault.mostAtOnce).to.equal(most);
    expect(new Set(await askAll())).to.deep.equal(new Set(['200 true']));
    expect(reads().length).to.equal(services * references);
  });
});
