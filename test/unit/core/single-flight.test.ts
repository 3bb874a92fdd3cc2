import { expect } from 'chai';
import { createSingleFlight } from '#server/core/single-flight.js';
import { expectError } from '../../support/expect-error.js';
import { noAbort } from '../../support/queries.js';

const gone = (): Error => Object.assign(new Error('gone'), { code: 'TEST_GONE' });

describe('single flight', () => {
  it('does equal work once, other work beside it, and later work anew', async () => {
    const flights = createSingleFlight<string>();
    let runs = 0;
    const work = async (): Promise<string> => {
      runs += 1;
      await Promise.resolve();
      return `run ${runs}`;
    };
    const [one, two] = await Promise.all([flights.run('a', noAbort(), work), flights.run('a', noAbort(), work)]);
    expect([one, two]).to.deep.equal(['run 1', 'run 1']);
    expect(await flights.run('a', noAbort(), work)).to.equal('run 2');
  });

  it('fails for all who wait, and not for those who come later', async () => {
    const flights = createSingleFlight<string>();
    const fail = (): Promise<string> => Promise.reject(gone());
    const both = [flights.run('a', noAbort(), fail), flights.run('a', noAbort(), fail)];
    for (const one of both) await expectError('TEST_GONE', () => one);
    expect(await flights.run('a', noAbort(), () => Promise.resolve('good'))).to.equal('good');
  });

  it('gives a waiter an error, whatever its signal was aborted with', async () => {
    const flights = createSingleFlight<string>();
    const outcome = await flights
      .run('a', AbortSignal.abort('a text'), () => new Promise(() => undefined))
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error).and.to.have.property('message', 'aborted');
  });

  it('aborts the work when the last who waits has gone', async () => {
    const flights = createSingleFlight<string>();
    const controllers = [new AbortController(), new AbortController()] as const;
    let workSignal: AbortSignal | undefined;
    const work = (signal: AbortSignal): Promise<string> => {
      workSignal = signal;
      return new Promise(() => undefined);
    };
    const waiting = controllers.map(({ signal }) => flights.run('a', signal, work));
    controllers[0].abort(gone());
    await expectError('TEST_GONE', () => waiting[0]);
    expect(workSignal?.aborted).to.equal(false);
    controllers[1].abort(gone());
    await expectError('TEST_GONE', () => waiting[1]);
    expect(workSignal?.aborted).to.equal(true);
  });

  it('does not begin for a signal that is aborted already', async () => {
    const flights = createSingleFlight<string>();
    await expectError('TEST_GONE', () => flights.run('a', AbortSignal.abort(gone()), () => Promise.resolve('x')));
  });

  it('aborts what is under way when it is closed', async () => {
    const flights = createSingleFlight<string>();
    const running = flights.run(
      'a',
      noAbort(),
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(gone());
          });
        }),
    );
    flights.close();
    await expectError('TEST_GONE', () => running);
  });
});
