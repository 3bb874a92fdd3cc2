import { expect } from 'chai';
import { createCheckFlight } from '#server/backends/git/check-flight.js';
import { createSchedule } from '#server/backends/git/schedule.js';
import { createUnknownLabels } from '#server/backends/git/unknown-labels.js';

describe('check flight', () => {
  it('gives all who come while one runs the one after it', async () => {
    const ends: (() => void)[] = [];
    let runs = 0;
    const check = createCheckFlight(async () => {
      const run = (runs += 1);
      await new Promise<void>((resolve) => ends.push(resolve));
      return run;
    });
    const first = check();
    const [second, third] = [check(), check()];
    ends[0]!();
    await first;
    await Promise.resolve();
    ends[1]?.();
    const results = await Promise.race([Promise.all([first, second, third]), settle(ends)]);

    expect(results).to.deep.equal([1, 2, 2]);
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const check = createCheckFlight(() => {
      runs += 1;
      return runs === 1 ? Promise.reject(new Error('first')) : Promise.resolve(runs);
    });
    const first = check().catch(String);
    const second = check();

    expect([await first, await second, await check()]).to.deep.equal(['Error: first', 2, 3]);
  });
});

/** Ends runs as they begin; never resolves. */
function settle(ends: (() => void)[]): Promise<never> {
  return new Promise(() => {
    const next = (): void => {
      for (const end of ends) end();
      setImmediate(next).unref();
    };
    next();
  });
}

describe('schedule', () => {
  it('runs again and again, and no more once closed', async () => {
    let runs = 0;
    const done = new Promise<void>((resolve) => {
      const schedule = createSchedule({
        intervalMs: 1,
        retryMs: 1,
        random: () => 0.5,
        run: () => {
          runs += 1;
          if (runs === 3) {
            schedule.close();
            resolve();
          }
          schedule.settled(runs % 2 === 0);
          return Promise.resolve(true);
        },
      });
      schedule.settled(true);
    });
    await done;

    expect(runs).to.equal(3);
  });
});

describe('unknown labels', () => {
  it('are checked for again only after a while, or when something moved', () => {
    let time = 0;
    const unknown = createUnknownLabels({ now: () => time, rememberMs: 100 });
    const first = unknown.shouldCheck('a');
    unknown.remember('a');
    const soon = unknown.shouldCheck('a');
    time = 101;
    const later = unknown.shouldCheck('a');
    unknown.remember('a');
    unknown.clear();

    expect([first, soon, later, unknown.shouldCheck('a')]).to.deep.equal([true, false, true, true]);
  });

  it('are remembered up to a number, the oldest forgotten first', () => {
    const unknown = createUnknownLabels({ now: () => 0, capacity: 2 });
    for (const label of ['a', 'b', 'c']) unknown.remember(label);

    expect(['a', 'b', 'c'].map((label) => unknown.shouldCheck(label))).to.deep.equal([true, false, false]);
  });

  it('cause a burst of checks, then one a second', () => {
    let time = 0;
    const unknown = createUnknownLabels({ now: () => time, burst: 2 });
    const atOnce = ['a', 'b', 'c'].map((label) => unknown.shouldCheck(label));
    time = 1_000;

    expect([...atOnce, unknown.shouldCheck('d'), unknown.shouldCheck('e')]).to.deep.equal([
      true,
      true,
      false,
      true,
      false,
    ]);
  });
});
