/**
 * The server as a library: load settings, make a server, start and close it.
 *
 * @example
 * import { createApp, loadSettings } from 'cairn-config-server';
 *
 * const { settings } = await loadSettings({ config: 'cairn.yml', environment: process.env });
 * const app = createApp(settings);
 * const { url } = await app.start();
 * console.log(await fetch(`${url}/orders/prod`).then((answer) => answer.json()));
 * await app.close();
 */
export { createApp } from './app.js';
export type { App, AppOptions, Started } from './app.js';
export { ConfigServerError, isConfigServerError } from './core/errors.js';
export type { ConfigServerErrorOptions, ErrorCode, FilePosition } from './core/errors.js';
export type { CairnEvent, Emit } from './core/events.js';
export { loadSettings } from './app/load-settings.js';
export type { LoadedSettings, LoadRequest } from './settings/load.js';
export type { Settings } from './settings/schema.js';
