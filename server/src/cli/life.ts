import type { App, Started } from '../app.js';
import type { ProgramContext } from './context.js';

const signals = ['SIGTERM', 'SIGINT'] as const;
const failures = ['unhandledRejection', 'uncaughtException'] as const;

/** Runs `app` until a signal ends it: 0 once it has closed; a second signal ends the process at once. */
export async function runUntilSignal(
  app: App,
  context: ProgramContext,
  onStarted: (started: Started) => void,
): Promise<number> {
  const stop = watchSignals(context);
  const crash = watchFailures(app, context);
  try {
    const started = await Promise.race([app.start(), stop.requested]);
    if (typeof started === 'object') onStarted(started);
    await app.close(await stop.requested);
    return 0;
  } catch (error) {
    await app.close('the start failed');
    throw error;
  } finally {
    stop.end();
    crash.end();
  }
}

interface Stop {
  /** Resolves with the signal's name. */
  readonly requested: Promise<string>;
  end(): void;
}

function watchSignals(context: ProgramContext): Stop {
  const { promise, resolve } = deferred<string>();
  let count = 0;
  const onSignal = (signal: string): void => {
    count += 1;
    if (count > 1) context.exit(signal === 'SIGINT' ? 130 : 143);
    resolve(signal);
  };
  for (const signal of signals) context.signals.on(signal, onSignal);
  return {
    requested: promise,
    end: () => {
      for (const signal of signals) context.signals.off(signal, onSignal);
    },
  };
}

function watchFailures(app: App, context: ProgramContext): { end(): void } {
  const onFailure = (error: unknown): void => {
    app.emit({ type: 'crashed', error });
    context.exit(1);
  };
  for (const failure of failures) context.signals.on(failure, onFailure);
  return {
    end: () => {
      for (const failure of failures) context.signals.off(failure, onFailure);
    },
  };
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
