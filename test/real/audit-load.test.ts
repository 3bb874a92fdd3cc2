import { expect } from 'chai';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { ask } from '../support/ask.js';
import { auditIn } from '../support/audit-log.js';
import { startCairnProcess } from '../support/cairn-process.js';
import { createCleanups } from '../support/cleanups.js';
import { aFolder } from '../support/folders.js';
import { runCairn } from '../support/program-run.js';
import { aMemoryLog, isFound, randomNumbers, tampered } from '../support/tampered-log.js';
import type { Tampering } from '../support/tampered-log.js';

const connections = 32;
const requests = 100_000;

describe('an audit under load', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it(`has ${requests} records of requests over ${connections} connections, and verifies`, async () => {
    const folder = cleanups.add(await aFolder({ 'config/orders.yml': 'a: 1\n' }));
    const config = join(folder.path, 'cairn.json');
    await folder.write({
      'cairn.json': JSON.stringify({
        'data-directory': join(folder.path, 'state'),
        sources: [{ type: 'native', 'search-locations': [join(folder.path, 'config')] }],
        audit: { sinks: ['file'], file: { 'rotate-size': '4MiB' } },
      }),
    });
    const server = cleanups.add(await startCairnProcess(['--config', config]));
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    let asked = 0;
    const start = performance.now();
    const statuses = await Promise.all(
      Array.from({ length: connections }, async (_, connection) => {
        const seen = new Set<number>();
        while (asked < requests) {
          asked += 1;
          seen.add((await ask(server.port, { path: `/orders/p${connection}`, agent })).status);
        }
        return [...seen];
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    agent.destroy();
    await server.close();
    expect(new Set(statuses.flat())).to.deep.equal(new Set([200]));
    const verified = runCairn(['audit', 'verify', '--config', config, '--json']);
    expect(await verified.status, verified.stdout()).to.equal(0);
    const records = await auditIn(join(folder.path, 'state')).records('queries');
    expect(records.map(({ seq }) => seq)).to.deep.equal(Array.from({ length: requests }, (_, index) => index + 1));
    console.log(`      ${Math.round(requests / seconds)} requests a second, each answered when its record was durable`);
  });

  for (const how of ['edit', 'removal', 'swap', 'truncation'] as const satisfies readonly Tampering[]) {
    it(`finds each ${how} of 10,000 in a log of 500 records`, () => {
      const log = aMemoryLog(500);
      const random = randomNumbers(2026);
      const unseen = Array.from({ length: 10_000 }, () => tampered(log, how, random)).filter(
        (changed) => !isFound(changed, log.head),
      );
      expect(unseen).to.deep.equal([]);
    });
  }
});
