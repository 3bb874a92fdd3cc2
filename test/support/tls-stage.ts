import { createApp } from '#server/app.js';
import { createAuthority, type Authority, type Pair } from './authority.js';
import type { Cleanups } from './cleanups.js';
import { aFolder, type Folder } from './folders.js';
import { aSettingsFolder } from './settings-folder.js';

/** The whole server over TLS, its certificate in files that a test may replace. */
export interface TlsStage {
  readonly port: number;
  readonly url: string;
  readonly managementUrl: string | null;
  /** What the server logged, one object a line. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[];
  readonly files: Folder;
  /** Puts another pair in the place of the server's, one file after the other. */
  replace(pair: Pair): Promise<void>;
}

export interface TlsStageOptions {
  /** Beside `certificate-file` and `key-file`. */
  readonly tls?: (folder: Folder) => object;
  readonly server?: object;
  readonly settings?: object;
  readonly pair?: Pair;
  readonly files?: Readonly<Record<string, string>>;
}

/** Signs what servers show in tests. */
export const serverAuthority: Authority = createAuthority('cairn test server authority');
/** Signs what clients show. */
export const clientAuthority: Authority = createAuthority('cairn test client authority');

export async function startTlsStage(cleanups: Cleanups, options: TlsStageOptions = {}): Promise<TlsStage> {
  const { pair = serverAuthority.issue({ name: 'first' }) } = options;
  const files = cleanups.add(await aFolder({ 'tls.crt': pair.cert, 'tls.key': pair.key, ...options.files }));
  const folder = cleanups.add(await aSettingsFolder());
  await folder.write('orders.yml', 'max-items: 50\n');
  const tls = {
    'certificate-file': `${files.path}/tls.crt`,
    'key-file': `${files.path}/tls.key`,
    'look-interval': '100ms',
    ...options.tls?.(files),
  };
  const settings = {
    server: { port: 0, tls, ...options.server },
    observability: { log: { level: 'trace', format: 'json' } },
    sources: [{ type: 'native', 'search-locations': [folder.path] }],
    ...options.settings,
  };
  const loaded = await folder.load('cairn.json', JSON.stringify(settings));
  let log = '';
  const app = createApp(loaded.settings, { stream: { write: (line: string) => ((log += line), true) } });
  cleanups.add({ close: () => app.close() });
  const { port, url, managementUrl } = await app.start();
  return {
    port,
    url,
    managementUrl,
    log: () => linesOf(log),
    files,
    async replace({ cert, key }) {
      await files.write({ 'tls.crt': cert });
      await files.write({ 'tls.key': key });
    },
  };
}

function linesOf(log: string): readonly Readonly<Record<string, unknown>>[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
