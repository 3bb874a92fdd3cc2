import { expect } from 'chai';
import { createGate } from '#server/secrets/gate.js';
import { expectError } from '../../support/expect-error.js';

describe('the gate before work that costs much', () => {
  it('lets one through at a time, in order, and goes on after a failure', async () => {
    const gate = createGate(10);
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
      return name;
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => gate(work(name))));
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(steps).to.deep.equal(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('sends those away who would wait behind too many, and takes others again later', async () => {
    const gate = createGate(2);
    let open: () => void = () => undefined;
    const held = gate(() => new Promise<void>((resolve) => (open = resolve)));
    const next = gate(() => Promise.resolve('next'));
    await expectError('CONFIG_TIMEOUT', () => gate(() => Promise.resolve('too many')));
    open();
    await held;
    expect(await next).to.equal('next');
    expect(await gate(() => Promise.resolve('later'))).to.equal('later');
  });
});
