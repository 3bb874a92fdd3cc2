// A service as its users write one, in a process of its own: it loads its configuration, follows it, and tells its parent.
import { ConfigClientError, load, type Config } from 'cairn-config-client';
import type { ServiceMessage, ServiceState } from '../support/client-process.js';

const [url = '', application = '', profile = ''] = process.argv.slice(2);

function tell(message: ServiceMessage): void {
  process.send?.(message);
}

function stateOf({ current, version, origin, stale }: Config): ServiceState {
  return { current, version, origin, stale };
}

async function run(): Promise<void> {
  const config = await load({ url, application, profiles: [profile], refresh: { interval: 100 } });
  config.on('change', ({ version, previousVersion, added, changed, removed }) => {
    tell({ type: 'change', change: { version, previousVersion, added, changed, removed } });
  });
  process.on('message', () => {
    tell({ type: 'state', state: stateOf(config) });
  });
  process.once('SIGTERM', () => {
    void config.close().then(() => {
      process.disconnect();
    });
  });
  tell({ type: 'loaded', state: stateOf(config) });
}

run().catch((error: unknown) => {
  tell({ type: 'failed', code: error instanceof ConfigClientError ? error.code : String(error) });
});
