import { expect } from 'chai';
import { createFailedOpenings } from '#server/backends/repositories/failed-openings.js';
import { createPlaces } from '#server/backends/repositories/places.js';
import type { Target } from '#server/backends/repositories/choices.js';
import { expectError } from '../../support/expect-error.js';

const target = (key: string, isExpanded = true): Target => ({ key, name: 'team', uri: `/${key}`, isExpanded });
const failure = (key: string): Error => Object.assign(new Error(key), { code: 'TEST_FAILED' });

describe('places to open repositories in', () => {
  it('are given to the next who waits, in order, also after a failure', async () => {
    const places = createPlaces(1, 10);
    const done: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      await Promise.resolve();
      done.push(name);
      if (name === 'b') throw failure(name);
    };
    const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => places.in(work(name))));
    expect(done).to.deep.equal(['a', 'b', 'c']);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('are not waited for by more than there is room for', async () => {
    const places = createPlaces(1, 1);
    let release = (): void => undefined;
    const held = places.in(() => new Promise<void>((resolve) => (release = resolve)));
    const waiting = places.in(() => Promise.resolve('later'));
    await expectError('CONFIG_SOURCE_UNAVAILABLE', () => places.in(() => Promise.resolve('never')));
    release();
    await held;
    expect(await waiting).to.equal('later');
    expect(await places.in(() => Promise.resolve('free'))).to.equal('free');
  });
});

describe('the memory of repositories that could not be opened', () => {
  it('is bounded in time and number, and ends with success', async () => {
    let time = 0;
    const failures = createFailedOpenings({ now: () => time, capacity: 2, rememberMs: 100 });
    const check = (key: string) => () => {
      failures.check(target(key));
      return 'free';
    };
    for (const key of ['a', 'b', 'c']) failures.remember(target(key), failure(key));
    expect(check('a')()).to.equal('free');
    await expectError('TEST_FAILED', check('b'));
    failures.forget(target('b'));
    expect(check('b')()).to.equal('free');
    await expectError('TEST_FAILED', check('c'));
    time = 100;
    expect(check('c')()).to.equal('free');
  });

  it('rations names that requests make up, one a second, and none that the settings name', async () => {
    let time = 0;
    const failures = createFailedOpenings({ now: () => time, capacity: 100, rememberMs: 10, burst: 3 });
    for (const key of ['a', 'b', 'c']) failures.remember(target(key), failure(key));
    const check = () => {
      failures.check(target('d'));
      return 'free';
    };
    await expectError('CONFIG_SOURCE_UNAVAILABLE', check);
    failures.check(target('fixed', false));
    time = 1000;
    expect(check()).to.equal('free');
    failures.remember(target('d'), failure('d'));
    await expectError('TEST_FAILED', check);
  });
});
