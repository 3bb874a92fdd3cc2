import { expect } from 'chai';
import { createTogether } from '#server/http/together.js';

interface Settled {
  readonly promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

function aPromise(): Settled {
  const settled = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<void>((resolve, reject) => Object.assign(settled, { resolve, reject }));
  return Object.assign(settled, { promise });
}

describe('those who wait together', () => {
  function aStage() {
    const told: string[] = [];
    const together = createTogether<string>(
      (one) => told.push(`${one} done`),
      (one) => told.push(`${one} failed`),
    );
    return { told, together };
  }

  it('are told in their order when their promise is settled, each with those of its own', async () => {
    const { told, together } = aStage();
    const [first, second] = [aPromise(), aPromise()];
    together.wait(first.promise, 'a');
    together.wait(first.promise, 'b');
    together.wait(second.promise, 'c');
    together.wait(first.promise, 'd');
    expect(told).to.deep.equal([]);
    second.reject(new Error('no'));
    await second.promise.catch(() => undefined);
    expect(told).to.deep.equal(['c failed']);
    first.resolve();
    await first.promise;
    expect(told).to.deep.equal(['c failed', 'a done', 'b done', 'd done']);
  });

  it('are told of a promise that was settled before', async () => {
    const { told, together } = aStage();
    const done = Promise.resolve();
    together.wait(done, 'a');
    await done;
    together.wait(done, 'b');
    await done;
    expect(told).to.deep.equal(['a done', 'b done']);
  });
});
