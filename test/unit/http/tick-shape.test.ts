import { executionAsyncResource } from 'node:async_hooks';
import { expect } from 'chai';
import { keepTickShape, keptTick } from '#server/http/tick-shape.js';

function laterTick(): Promise<object> {
  return new Promise((resolve) => {
    process.nextTick(() => {
      resolve(executionAsyncResource());
    });
  });
}

describe('the shape of ticks', () => {
  it('is kept in one of them, the same from the first time on', async () => {
    keepTickShape();
    const other = await laterTick();
    const first = keptTick();
    expect(Reflect.ownKeys(first ?? {})).to.deep.equal(Reflect.ownKeys(other));
    expect(first).to.not.equal(other);
    keepTickShape();
    await laterTick();
    expect(keptTick()).to.equal(first);
  });
});
