import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { createApp, loadSettings } from '#server/index.js';
import type { App, Settings } from '#server/index.js';
import { createMemoryBackend } from '#server/backends/memory/memory-backend.js';
import { createMemoryRepository } from '#server/backends/memory/memory-repository.js';
import { expectError } from '../../support/expect-error.js';

const silent = { write: (): boolean => true };

describe('the server as a library', () => {
  let folder: string;
  let settings: Settings;
  let app: App | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cairn-library-'));
    const config = join(folder, 'cairn.yml');
    await writeFile(join(folder, 'orders.yml'), 'max-items: 50\n');
    await writeFile(
      config,
      `server: { port: 0 }\nsources: [{ type: native, search-locations: ["${folder}"] }]\nobservability: { log: { level: silent } }\n`,
    );
    ({ settings } = await loadSettings({ config, environment: {} }));
  });
  afterEach(() => app?.close());
  after(() => rm(folder, { recursive: true, force: true }));

  it('starts with loaded settings, serves and closes', async () => {
    app = createApp(settings, { stream: silent });
    const { url } = await app.start();
    expect((await fetch(`${url}/orders/default`)).status).to.equal(200);
    await app.close();
    await app.close();
    const refused = await fetch(`${url}/orders/default`).then(
      () => false,
      () => true,
    );
    expect(refused).to.equal(true);
  });

  it('is ready and healthy with what the settings of health say', async () => {
    const health = { ...settings.health, repositories: [{ application: 'orders', profiles: ['dev'], label: null }] };
    app = createApp({ ...settings, health }, { stream: silent });
    const { url } = await app.start();
    const report = (await (await fetch(`${url}/actuator/health`)).json()) as {
      status: string;
      components: { configServer: { details: { repositories: object[] } } };
    };
    expect(report.status).to.equal('UP');
    expect(report.components.configServer.details.repositories).to.deep.equal([
      { name: 'orders', profiles: ['dev'], sources: [`file:${folder}/orders.yml`] },
    ]);
  });

  it('takes another backend in place of the one that the settings describe', async () => {
    const repository = createMemoryRepository();
    repository.commit({ files: { 'orders.yml': 'max-items: 7\n' } });
    app = createApp(settings, { stream: silent, backend: (emit) => createMemoryBackend({ repository, emit }) });
    const { url } = await app.start();
    const answer = (await (await fetch(`${url}/orders/default`)).json()) as { propertySources: { source: object }[] };
    expect(answer.propertySources.map(({ source }) => source)).to.deep.equal([{ 'max-items': 7 }]);
  });

  it('can be closed before it was started, and where its start failed', async () => {
    await createApp(settings, { stream: silent }).close();
    app = createApp({ ...settings, sources: [] }, { stream: silent });
    await expectError('CONFIG_SETTINGS_INVALID', () => app?.start());
    await app.close();
  });
});
