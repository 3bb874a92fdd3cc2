import { untilAborted, withDeadline } from './deadline.js';
import { ConfigClientError } from './errors.js';
import { retryDelay } from './live/backoff.js';
import type { ClientSettings } from './options/settings.js';
import type { Platform } from './platform/platform.js';
import { flattenObject } from './snapshot/flatten.js';
import { buildTree, mergeProperties, resolveOptions, resolveProperties, type Snapshot } from './snapshot/snapshot.js';
import type { WireSource } from './wire/environment.js';
import type { EnvironmentAnswer, Failure } from './wire/outcome.js';
import { describeQuery } from './wire/query.js';
import type { Remote } from './wire/remote.js';

/** What the service starts with. */
export interface Start {
  readonly snapshot: Snapshot;
  /** The answer it came from; undefined for the fallback. */
  readonly answer: EnvironmentAnswer | undefined;
}

export interface StartParts {
  readonly settings: ClientSettings;
  readonly platform: Platform;
  readonly remote: Remote;
}

// Quick at first: a server that starts together with its clients should not cost them seconds.
const longestStartRetry = 1_000;
const firstStartRetry = 100;

/** Remote within the deadline, else the fallback, else the remote's failure. */
export async function start(parts: StartParts): Promise<Start> {
  const { settings, platform } = parts;
  const fallback = settings.fallback === undefined ? undefined : await buildFallback(settings.fallback, parts);
  const outcome = await askUntilDeadline(parts);
  if (outcome.kind === 'environment') {
    return { snapshot: await buildRemote(outcome, parts), answer: outcome };
  }
  if (fallback === undefined || outcome.isFinal) throw cannotLoad(settings, outcome.error);
  platform.warn(`${cannotLoad(settings, outcome.error).message} The fallback is used.`, outcome.error.code);
  return { snapshot: fallback, answer: undefined };
}

async function askUntilDeadline({ settings, platform, remote }: StartParts): Promise<EnvironmentAnswer | Failure> {
  const { signal } = settings;
  const end = platform.now() + settings.timeout;
  // A round with hardly any time left would only replace the reason of the failure by a timeout.
  const lastRound = end - settings.timeout / 10;
  for (let failures = 1; ; failures += 1) {
    const milliseconds = end - platform.now();
    const outcome = await remote.ask({ validator: undefined, milliseconds, signal });
    if (outcome.kind === 'environment' || outcome.isFinal) return outcome;
    const delay = Math.max(outcome.retryAfter, startDelay(failures, platform.random));
    if (platform.now() + delay >= lastRound) return outcome;
    await sleep(platform, delay, signal);
  }
}

function startDelay(failures: number, random: () => number): number {
  return Math.min(longestStartRetry, firstStartRetry + retryDelay(failures, firstStartRetry, random));
}

async function sleep(platform: Platform, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  let cancel: (() => void) | undefined;
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      cancel = platform.startTimer(resolve, milliseconds, { keepAlive: true });
    });
  try {
    await (signal === undefined ? wait() : untilAborted(signal, wait));
  } finally {
    cancel?.();
  }
}

async function buildRemote(answer: EnvironmentAnswer, parts: StartParts): Promise<Snapshot> {
  const { environment, version, digest } = answer;
  try {
    return await buildSnapshot({ origin: 'remote', version, digest, sources: environment.sources }, parts);
  } catch (error) {
    throw error instanceof ConfigClientError ? cannotLoad(parts.settings, error) : error;
  }
}

async function buildFallback(object: object, parts: StartParts): Promise<Snapshot> {
  const sources: readonly WireSource[] = [{ name: 'fallback', properties: flattenObject(object) }];
  try {
    return await buildSnapshot({ origin: 'fallback', version: null, digest: null, sources }, parts);
  } catch (error) {
    if (!(error instanceof ConfigClientError)) throw error;
    throw retold(error, `The option fallback: ${error.message}`);
  }
}

async function buildSnapshot(
  from: Omit<Snapshot, 'flat' | 'tree'>,
  { settings, platform }: StartParts,
): Promise<Snapshot> {
  const { timeout: milliseconds, signal } = settings;
  const flat = resolveProperties(mergeProperties(from.sources), resolveOptions(settings, platform));
  const tree = await withDeadline({ platform, milliseconds, signal, what: 'The schema' }, () =>
    buildTree(flat, settings),
  );
  return Object.freeze({ ...from, flat, tree });
}

function cannotLoad(settings: ClientSettings, error: ConfigClientError): ConfigClientError {
  return retold(error, `Cannot load the configuration of ${describeQuery(settings)}: ${error.message}`);
}

function retold({ code, cause, issues }: ConfigClientError, message: string): ConfigClientError {
  return new ConfigClientError(code, message, { cause, issues });
}
