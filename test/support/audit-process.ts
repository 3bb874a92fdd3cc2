/** Run as a process of its own: records decisions in `argv[2]` from 32 askers, and says on a line each that was acknowledged. */
import { aDecision, anOccasion, auditIn } from './audit-log.js';

const [, , root = '', round = ''] = process.argv;
const audit = await auditIn(root).open({ file: { rotateBytes: 100_000 } });

async function ask(asker: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const application = `${round}.${asker}.${count}`;
    await audit.record(aDecision({ application }), anOccasion);
    process.stdout.write(`${application}\n`);
  }
}

await Promise.all(Array.from({ length: 32 }, (_, asker) => ask(asker)));
