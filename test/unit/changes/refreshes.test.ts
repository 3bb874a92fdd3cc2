import { expect } from 'chai';
import type { RefreshRequest } from '#server/backends/backend.js';
import { createRefreshes } from '#server/changes/refreshes.js';
import type { Refreshes } from '#server/changes/refreshes.js';
import type { CairnEvent } from '#server/core/events.js';
import { recordEvents } from '../../support/record-events.js';
import { aDelivery, readWebhook, someWebhooks } from '../../support/webhooks.js';

interface Held {
  readonly request: RefreshRequest;
  finish(error?: Error): void;
}

interface Fixture {
  readonly refreshes: Refreshes;
  readonly held: Held[];
  readonly events: readonly CairnEvent[];
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const commit = (at: number): RefreshRequest => ({ label: 'main', commit: at.toString(16).padStart(40, '0') });

/** Over a backend whose refreshes end when a test, or their signal, says so. */
function someRefreshes(deadlineMs = 60_000): Fixture {
  const held: Held[] = [];
  const { emit, events } = recordEvents();
  const refresh = (request: RefreshRequest, signal: AbortSignal): Promise<[]> =>
    new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        if (error === undefined) resolve([]);
        else reject(error);
      };
      signal.addEventListener('abort', () => {
        finish(signal.reason as Error);
      });
      held.push({ request, finish });
    });
  return { refreshes: createRefreshes({ backend: { refresh }, deadlineMs, emit }), held, events };
}

describe('refreshes', () => {
  it('of one commit are one', async () => {
    const { refreshes, held } = someRefreshes();
    const both = Promise.all([refreshes.run(commit(1)), refreshes.run(commit(1))]);
    held[0]?.finish();

    expect(await both).to.deep.equal([true, true]);
    expect(held).to.have.length(1);
  });

  it('without a commit are one more after the one that runs, however many', async () => {
    const { refreshes, held } = someRefreshes();
    const all = [1, 2, 3, 4].map(() => refreshes.run({}));
    held[0]?.finish();
    await all[0];
    await turn();
    held[1]?.finish();

    expect(await Promise.all(all)).to.deep.equal([true, true, true, true]);
    expect(held).to.have.length(2);
  });

  it('run eight at a time, and past 64 that wait they become one of everything', async () => {
    const { refreshes, held } = someRefreshes();
    const all = Array.from({ length: 1_000 }, (_, at) => refreshes.run(commit(at + 1)));
    expect(held).to.have.length(8);
    for (let at = 0; at < held.length; at += 1) {
      held[at]?.finish();
      await turn();
    }

    expect(new Set(await Promise.all(all))).to.deep.equal(new Set([true]));
    expect(held.map(({ request }) => request)).to.deep.equal([
      ...Array.from({ length: 72 }, (_, at) => commit(at + 1)),
      {},
    ]);
  });

  it('that fail say so, and are not told twice', async () => {
    const { refreshes, held, events } = someRefreshes();
    const outcome = refreshes.run({});
    held[0]?.finish(new Error('down'));

    expect(await outcome).to.equal(false);
    expect(events).to.deep.equal([]);
  });

  it('end with their deadline, and tell of the commit that did not come', async () => {
    const { refreshes, events } = someRefreshes(1);

    expect(await refreshes.run(commit(1))).to.equal(false);
    expect(events).to.deep.equal([{ type: 'refresh-late', label: 'main', commit: commit(1).commit, milliseconds: 1 }]);
  });

  it('end when they are closed, those that wait too', async () => {
    const { refreshes, held, events } = someRefreshes();
    const all = Array.from({ length: 20 }, (_, at) => refreshes.run(commit(at + 1)));
    await refreshes.close();
    await refreshes.close();

    expect(new Set(await Promise.all(all))).to.deep.equal(new Set([false]));
    expect(await refreshes.run({})).to.equal(false);
    expect([held.length, events.length]).to.deep.equal([8, 0]);
  });
});

describe('webhooks that are sent again', () => {
  const { headers, payload } = readWebhook('github-push');
  const delivery = aDelivery(headers, payload);

  it('are answered as the first, and start nothing', async () => {
    const { webhooks, requests } = someWebhooks();
    const answers = [webhooks.accept(delivery)];
    await turn();
    answers.push(webhooks.accept(delivery), webhooks.accept(delivery));

    expect(answers[1]).to.deep.equal(answers[0]);
    expect(answers[2]).to.deep.equal(answers[0]);
    expect(requests).to.have.length(1);
  });

  it('start again where the first has failed', async () => {
    const { webhooks, requests } = someWebhooks({ backend: { refresh: () => Promise.reject(new Error('down')) } });
    webhooks.accept(delivery);
    await turn();
    webhooks.accept(delivery);

    expect(requests).to.have.length(2);
  });

  it('are others with another body or another number', async () => {
    const { webhooks, requests } = someWebhooks();
    const others = [
      aDelivery({ ...headers, 'X-GitHub-Delivery': 'another' }, payload),
      aDelivery(headers, { ...payload, forced: true }),
    ];
    for (const one of [delivery, ...others]) {
      webhooks.accept(one);
      await turn();
    }

    expect(requests).to.have.length(3);
  });

  it('are forgotten after a thousand others', async () => {
    const { webhooks, requests } = someWebhooks();
    webhooks.accept(delivery);
    for (let at = 0; at < 1_000; at += 1) {
      webhooks.accept(aDelivery({ ...headers, 'X-GitHub-Delivery': String(at) }, { commits: [] }));
    }
    await turn();
    const before = requests.length;
    webhooks.accept(delivery);

    expect(requests.length - before).to.equal(1);
  });

  it('are not told apart where a host numbers nothing', async () => {
    const { webhooks, requests } = someWebhooks();
    for (let at = 0; at < 2; at += 1) {
      webhooks.accept(aDelivery({}, { path: 'orders.yml' }));
      await turn();
    }

    expect(requests).to.deep.equal([{}, {}]);
  });
});
