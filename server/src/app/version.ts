import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The version of the package. */
export function packageVersion(): string {
  const manifest: unknown = require('../../package.json');
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}
