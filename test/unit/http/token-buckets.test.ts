import { expect } from 'chai';
import fc from 'fast-check';
import { createTokenBuckets } from '#server/http/token-buckets.js';
import { createManualClock } from '../../support/manual-clock.js';

describe('token buckets', () => {
  const make = (options: { perSecond: number; burst: number; most?: number }) => {
    const clock = createManualClock();
    return { clock, buckets: createTokenBuckets({ most: 100, ...options, now: () => clock.now() }) };
  };

  it('give a burst at once, then what comes back with time', () => {
    const { clock, buckets } = make({ perSecond: 2, burst: 3 });
    const take = () => buckets.take('a');
    expect(take()).to.deep.equal({ isAllowed: true, left: 2, fullAfter: 1, nextAfter: 0 });
    expect([take(), take()].map(({ left }) => left)).to.deep.equal([1, 0]);
    expect(take()).to.deep.equal({ isAllowed: false, left: 0, fullAfter: 2, nextAfter: 1 });
    clock.pass(500);
    expect([take(), take()].map(({ isAllowed }) => isAllowed)).to.deep.equal([true, false]);
    clock.pass(3_600_000);
    expect(buckets.look('a')).to.deep.equal({ isAllowed: true, left: 3, fullAfter: 0, nextAfter: 0 });
  });

  it('are one for each key', () => {
    const { buckets } = make({ perSecond: 1, burst: 1 });
    expect(['a', 'b', 'a', '__proto__'].map((key) => buckets.take(key).isAllowed)).to.deep.equal([
      true,
      true,
      false,
      true,
    ]);
  });

  it('have what is owed paid back first, and not without end', () => {
    const { clock, buckets } = make({ perSecond: 1, burst: 2 });
    for (let i = 0; i < 5; i += 1) buckets.charge('a');
    expect(buckets.look('a')).to.deep.equal({ isAllowed: false, left: 0, fullAfter: 5, nextAfter: 4 });
    clock.pass(4000);
    expect(buckets.take('a').isAllowed).to.equal(true);
    for (let i = 0; i < 1000; i += 1) buckets.charge('a');
    expect(buckets.look('a').fullAfter).to.equal(22);
  });

  it('forget who was not seen for longest', () => {
    const { buckets } = make({ perSecond: 1, burst: 1, most: 2 });
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key);
    expect(['a', 'b'].map((key) => buckets.look(key).isAllowed)).to.deep.equal([false, true]);
  });

  it('never let through more than burst and rate, however time passes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 }), (waits) => {
        const { clock, buckets } = make({ perSecond: 3, burst: 5 });
        let passed = 0;
        let allowed = 0;
        for (const wait of waits) {
          clock.pass(wait);
          passed += wait;
          if (buckets.take('a').isAllowed) allowed += 1;
          expect(allowed).to.be.at.most(5 + (passed / 1000) * 3 + 1e-6);
        }
      }),
    );
  });
});
