import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';

import type { App } from '#server/app.js';
import { runUntilSignal } from '#server/cli/life.js';
import { ConfigServerError } from '#server/core/errors.js';
import type { CairnEvent } from '#server/core/events.js';
import { expectError } from '../../support/expect-error.js';

const started = { address: '127.0.0.1', port: 1, url: 'http://127.0.0.1:1', managementUrl: null };

/** An app that starts and closes as told, and the process around it. */
function aLife(app: Partial<App> = {}) {
  const calls: string[] = [];
  const events: CairnEvent[] = [];
  const signals = new EventEmitter();
  const context = {
    stdout: { write: () => true },
    stderr: { write: () => true },
    stdin: Readable.from([]),
    environment: {},
    signals,
    exit: (status: number): void => void calls.push(`exit ${status}`),
  };
  const whole: App = {
    start: () => Promise.resolve(started),
    close: (reason) => Promise.resolve(void calls.push(`close ${String(reason)}`)),
    emit: (event) => void events.push(event),
    ...app,
  };
  const run = (): Promise<number> =>
    runUntilSignal(whole, context, ({ url }) => {
      calls.push(`started ${url}`);
      signals.emit('started');
    });
  return { run, calls, events, signals };
}

describe('the life of the server', () => {
  it('ends with 0 once a signal has closed it, and listens to signals no more', async () => {
    const life = aLife();
    life.signals.once('started', () => life.signals.emit('SIGTERM', 'SIGTERM'));
    expect(await life.run()).to.equal(0);
    expect(life.calls).to.deep.equal(['started http://127.0.0.1:1', 'close SIGTERM']);
    expect(life.signals.eventNames()).to.deep.equal([]);
  });

  it('is ended by a signal while it still starts', async () => {
    const life = aLife({ start: () => new Promise(() => undefined) });
    const status = life.run();
    life.signals.emit('SIGINT', 'SIGINT');
    expect(await status).to.equal(0);
    expect(life.calls).to.deep.equal(['close SIGINT']);
  });

  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`ends at once with ${status} on a second signal, ${signal}`, () => {
      const life = aLife({ close: () => new Promise(() => undefined) });
      void life.run();
      life.signals.emit('SIGTERM', 'SIGTERM');
      life.signals.emit(signal, signal);
      expect(life.calls).to.deep.equal([`exit ${status}`]);
    });
  }

  for (const failure of ['unhandledRejection', 'uncaughtException']) {
    it(`is logged and ended with 1 by an ${failure}`, () => {
      const life = aLife();
      void life.run();
      const error = new Error('bug');
      life.signals.emit(failure, error);
      expect(life.events).to.deep.equal([{ type: 'crashed', error }]);
      expect(life.calls).to.deep.equal(['exit 1']);
    });
  }

  it('closes what it opened where the start fails, and says why', async () => {
    const error = new ConfigServerError('CONFIG_LISTEN_FAILED', 'Cannot listen.');
    const life = aLife({ start: () => Promise.reject(error) });
    await expectError('CONFIG_LISTEN_FAILED', life.run);
    expect(life.calls).to.deep.equal(['close the start failed']);
    expect(life.signals.eventNames()).to.deep.equal([]);
  });
});
