import { expect } from 'chai';
import { createSingleFlight } from '#server/environments/single-flight.js';

const never = new AbortController().signal;

/** Work that ends when the test says so, and tells whether it was aborted. */
function someWork(): {
  run: (signal: AbortSignal) => Promise<string>;
  end: () => void;
  runs: number;
  aborted: boolean;
} {
  let end: () => void = () => undefined;
  const work = {
    runs: 0,
    aborted: false,
    end: (): void => {
      end();
    },
    run: (signal: AbortSignal): Promise<string> => {
      work.runs += 1;
      return new Promise<string>((resolve, reject) => {
        end = () => {
          resolve('done');
        };
        signal.addEventListener('abort', () => {
          work.aborted = true;
          reject(new Error('aborted'));
        });
      });
    },
  };
  return work;
}

async function outcome(promise: Promise<string>): Promise<string> {
  return promise.then(
    (value) => value,
    (error: unknown) => (error as Error).message,
  );
}

describe('a single flight', () => {
  it('does the work once for those who ask at the same time', async () => {
    const flights = createSingleFlight<string>();
    const work = someWork();
    const all = ['a', 'b', 'c'].map(() => flights.run('key', never, work.run));
    work.end();
    expect(await Promise.all(all)).to.deep.equal(['done', 'done', 'done']);
    expect(work.runs).to.equal(1);
  });

  it('does it again for who asks afterwards', async () => {
    const flights = createSingleFlight<number>();
    let runs = 0;
    const run = (): Promise<number> => Promise.resolve((runs += 1));
    expect([await flights.run('key', never, run), await flights.run('key', never, run)]).to.deep.equal([1, 2]);
  });

  it('lets one leave without disturbing the others', async () => {
    const flights = createSingleFlight<string>();
    const work = someWork();
    const leaver = new AbortController();
    const left = outcome(flights.run('key', leaver.signal, work.run));
    const stays = flights.run('key', never, work.run);
    leaver.abort(new Error('gone'));
    expect(await left).to.equal('gone');
    work.end();
    expect(await stays).to.equal('done');
    expect(work.aborted).to.equal(false);
  });

  it('aborts the work when the last one has left, and begins anew for the next', async () => {
    const flights = createSingleFlight<string>();
    const work = someWork();
    const leaver = new AbortController();
    const left = outcome(flights.run('key', leaver.signal, work.run));
    leaver.abort(new Error('gone'));
    expect(await left).to.equal('gone');
    expect(work.aborted).to.equal(true);
    expect(await flights.run('key', never, () => Promise.resolve('fresh'))).to.equal('fresh');
  });

  it('does not begin for a caller that has already left', async () => {
    const work = someWork();
    const gone = AbortSignal.abort(new Error('gone'));
    expect(await outcome(createSingleFlight<string>().run('key', gone, work.run))).to.equal('gone');
    expect(work.runs).to.equal(0);
  });

  it('gives an error to everyone who waits', async () => {
    const flights = createSingleFlight<string>();
    const fail = (): Promise<string> => Promise.reject(new Error('broken'));
    const all = [1, 2].map(() => outcome(flights.run('key', never, fail)));
    expect(await Promise.all(all)).to.deep.equal(['broken', 'broken']);
  });
});
