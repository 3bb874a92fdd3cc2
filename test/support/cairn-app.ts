import { createApp } from '#server/app.js';
import { loadSettings } from '#server/app/load-settings.js';

/** The whole server in this process, as a settings file describes it, on a free port. */
export interface RunningApp {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** `log` is given what the server logs. */
export async function startCairnApp(
  config: string,
  log: (text: string) => void = () => undefined,
): Promise<RunningApp> {
  const values = new Map([['server.port', { name: '--port', value: '0' }]]);
  const { settings, notices } = await loadSettings({ config, values, environment: {} });
  const stream = {
    write: (text: string) => {
      log(text);
      return true;
    },
  };
  const app = createApp(settings, { stream, notices });
  const { url, port } = await app.start();
  return { url, port, close: () => app.close('the test is over') };
}
