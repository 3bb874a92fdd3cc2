import { createApp } from '../app.js';
import { openDemo } from '../app/demo.js';
import type { Demo } from '../app/demo.js';
import { loadSettings } from '../app/load-settings.js';
import type { LoadRequest } from '../settings/load.js';
import type { SettingsFormat } from '../settings/recognize.js';
import type { ProgramContext } from './context.js';
import { demoGreeting } from './demo-greeting.js';
import { prepareEngine } from './engine.js';
import { runUntilSignal } from './life.js';

/** Arguments after `serve`. */
export interface ServeOptions {
  readonly config?: string;
  readonly configFormat?: SettingsFormat;
  readonly port?: string;
  readonly host?: string;
  readonly dataDirectory?: string;
  readonly demo?: string;
}

/** Starts the server and answers the exit status once it has stopped. */
export async function serve(options: ServeOptions, context: ProgramContext): Promise<number> {
  prepareEngine();
  const demo = options.demo === undefined ? undefined : await openDemo(options.demo);
  const { settings, notices } = await loadSettings(loadRequest(options, demo, context));
  const app = createApp(settings, { stream: context.stdout, notices });
  return runUntilSignal(app, context, ({ url }) => {
    if (demo !== undefined) context.stdout.write(demoGreeting(demo, url));
  });
}

function loadRequest(options: ServeOptions, demo: Demo | undefined, context: ProgramContext): LoadRequest {
  const values = new Map<string, { name: string; value: string }>();
  const give = (path: string, name: string, value: string | undefined): void => {
    if (value !== undefined) values.set(path, { name, value });
  };
  give('server.port', '--port', options.port);
  give('server.host', '--host', options.host);
  give('data-directory', '--data-directory', options.dataDirectory);
  give('sources[0].type', '--demo', demo && 'git');
  give('sources[0].uri', '--demo', demo?.shownPath);
  return {
    values,
    environment: context.environment,
    withoutFile: demo !== undefined,
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.configFormat === undefined ? {} : { format: options.configFormat }),
  };
}
