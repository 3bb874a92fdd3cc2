import { expect } from 'chai';
import { createBoundedGate } from '#server/security/bounded-gate.js';
import { expectError } from '../../support/expect-error.js';

interface Work {
  readonly promise: Promise<number>;
  readonly end: () => void;
}

describe('a bounded gate', () => {
  const never = new AbortController().signal;
  let running = 0;
  let most = 0;
  beforeEach(() => (running = most = 0));

  function enter(gate: ReturnType<typeof createBoundedGate>, name: number, signal = never): Work {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const promise = gate(async () => {
      running += 1;
      most = Math.max(most, running);
      await ended;
      running -= 1;
      return name;
    }, signal);
    promise.catch(() => undefined);
    return { promise, end };
  }

  it('lets some through at once, the others in their order, and refuses who is past the queue', async () => {
    const gate = createBoundedGate({ atOnce: 2, waiting: 3 });
    const works = [1, 2, 3, 4, 5].map((name) => enter(gate, name));
    await expectError('CONFIG_OVERLOADED', () => enter(gate, 6).promise);
    for (const { end } of works) end();
    expect(await Promise.all(works.map(({ promise }) => promise))).to.deep.equal([1, 2, 3, 4, 5]);
    expect(most).to.equal(2);
    expect(await gate(() => Promise.resolve('later'), never)).to.equal('later');
  });

  it('goes on after work that fails', async () => {
    const gate = createBoundedGate({ atOnce: 1, waiting: 1 });
    const failed = gate(() => Promise.reject(new Error('no')), never).catch(() => 'failed');
    const next = gate(() => Promise.resolve('next'), never);
    expect(await Promise.all([failed, next])).to.deep.equal(['failed', 'next']);
  });

  it('gives the place of who stopped waiting to others', async () => {
    const gate = createBoundedGate({ atOnce: 1, waiting: 1 });
    const leaving = new AbortController();
    const first = enter(gate, 1);
    const left = enter(gate, 2, leaving.signal).promise.catch((error: unknown) => (error as Error).message);
    leaving.abort(new Error('gone'));
    const third = enter(gate, 3);
    for (const { end } of [first, third]) end();
    expect(await Promise.all([first.promise, left, third.promise])).to.deep.equal([1, 'gone', 3]);
    leaving.abort('not an error');
    expect(await gate(() => Promise.resolve(4), leaving.signal).catch(() => 'refused')).to.equal('refused');
  });
});
