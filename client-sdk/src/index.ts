/** The public entry of the SDK. */
export { ConfigClientError } from './errors.js';
export type { ConfigClientErrorCode } from './errors.js';
