import type { Config } from './config.js';
import { ClientConfig } from './live/client-config.js';
import { Emitter } from './live/emitter.js';
import { Freshness } from './live/freshness.js';
import { RefreshLoop } from './live/refresh-loop.js';
import { Updater } from './live/updater.js';
import type { ConfigOf, LoadOptions } from './options/load-options.js';
import { parseOptions } from './options/parse-options.js';
import type { ClientSettings } from './options/settings.js';
import type { Platform } from './platform/platform.js';
import { withoutSecrets } from './snapshot/redact.js';
import type { StandardSchemaV1 } from './standard-schema.js';
import { start, type Start } from './start.js';
import { Remote } from './wire/remote.js';

/** `load` on a given platform. */
export async function loadOn<S extends StandardSchemaV1 | undefined = undefined>(
  platform: Platform,
  options: LoadOptions<S>,
): Promise<Config<ConfigOf<S>>> {
  const settings = parseOptions(options, platform);
  const remote = new Remote(settings, platform);
  try {
    const started = await start({ settings, platform, remote });
    return assemble<ConfigOf<S>>({ settings, platform, remote }, started);
  } catch (error) {
    remote.close();
    throw error;
  }
}

function assemble<T>(
  { settings, platform, remote }: { settings: ClientSettings; platform: Platform; remote: Remote },
  { snapshot, answer }: Start,
): Config<T> {
  const redact = (text: string): string => withoutSecrets(text, updater.snapshot.flat, updater.replaced);
  const emitter = new Emitter(platform, redact);
  const { staleAfter } = settings;
  const version = (): string | null => updater.snapshot.version;
  const freshness = new Freshness({ platform, emitter, staleAfter, version });
  const updater = new Updater({ settings, platform, remote, emitter, freshness }, snapshot, answer?.validator);
  if (answer !== undefined) freshness.confirm(answer);
  const loop = new RefreshLoop({ settings, platform, updater, emitter }, answer === undefined ? 1 : 0);
  return new ClientConfig<T>({ settings, remote, emitter, freshness, updater, loop });
}
