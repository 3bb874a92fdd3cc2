import path from 'node:path';
import { expect } from 'chai';
import { startCairnProcess, type CairnProcess } from './cairn-process.js';
import { createCleanups } from './cleanups.js';
import { eventually } from './eventually.js';
import { aFolder, type Folder } from './folders.js';
import { startService, type ServiceProcess } from './client-process.js';

/** A git remote that a test can push to and take away. */
export interface Remote {
  readonly url: string;
  /** Pushes a commit that writes these files; returns its id. */
  push(files: Readonly<Record<string, string>>): Promise<string>;
  /** From now on nothing answers there. */
  die(): Promise<void>;
  remove(): Promise<void>;
}

export type StartRemote = (files: Readonly<Record<string, string>>) => Promise<Remote>;

const sharedFile = 'info:\n  description: Shared by every service\nlogging:\n  level: INFO\n';
const ordersFile = 'orders:\n  max-items: 50\n  currencies: [EUR, KRW]\n  legacy: true\nbanner: ${info.description}!\n';
const files = { 'application.yml': sharedFile, 'orders.yml': ordersFile, 'billing.yml': 'provider: acme\n' };
const nested = {
  info: { description: 'Shared by every service' },
  logging: { level: 'INFO' },
  orders: { 'max-items': 50, currencies: ['EUR', 'KRW'], legacy: true },
  banner: 'Shared by every service!',
};

/** Drives the whole product: a remote, the server and a service of the SDK, each in a process or server of its own. */
export function describeWhole(title: string, startRemote: StartRemote): void {
  describe(title, () => {
    const cleanups = createCleanups();
    let remote: Remote;
    let cairn: CairnProcess;
    let service: ServiceProcess;

    beforeEach(async () => {
      const folder = cleanups.add(await aFolder());
      remote = cleanups.add(await startRemote(files));
      cairn = cleanups.add(await startServer(folder, remote.url));
      await eventually(() => readJson(`${cairn.url}/actuator/health/readiness`));
      service = cleanups.add(await startService(cairn.url, 'orders', 'prod'));
    });
    afterEach(() => cleanups.run());

    it('brings a pushed commit to the running service as exactly the changed keys', async () => {
      expect(service.loaded).to.deep.include({ current: nested, origin: 'remote', stale: false });

      await remote.push({ 'billing.yml': 'provider: stripe\n' });
      const version = await remote.push({
        'application.yml': sharedFile.replace('INFO', 'WARN'),
        'orders.yml': ordersFile.replace('50', '750').replace('  legacy: true\n', '  limits.eu: 5\n'),
      });

      const { previousVersion, ...change } = await service.nextChange();
      expect(previousVersion).to.be.a('string').and.not.equal(version);
      expect(change).to.deep.equal({
        version,
        added: [{ key: 'orders.limits.eu', next: 5 }],
        changed: [
          { key: 'logging.level', previous: 'INFO', next: 'WARN' },
          { key: 'orders.max-items', previous: 50, next: 750 },
        ],
        removed: [{ key: 'orders.legacy', previous: true }],
      });
      const { current } = await service.state();
      expect(current).to.deep.equal({
        ...nested,
        logging: { level: 'WARN' },
        orders: { 'max-items': 750, currencies: ['EUR', 'KRW'], limits: { eu: 5 } },
      });
    });

    it('goes on in every part when the remote dies', async () => {
      const before = await readJson(`${cairn.url}/orders/prod`);

      await remote.die();
      await eventually(async () => {
        const health = JSON.stringify(await readJson(`${cairn.url}/actuator/health`));
        return health.includes('"error"') || undefined;
      });

      expect((await fetch(`${cairn.url}/actuator/health/readiness`)).status).to.equal(200);
      expect(await readJson(`${cairn.url}/orders/prod`)).to.deep.equal(before);
      expect(await readJson(`${cairn.url}/billing/prod`)).to.have.property('version', before['version']);
      expect(await service.state()).to.deep.equal(service.loaded);
      const late = await startService(cairn.url, 'orders', 'prod');
      await late.close();
      expect(late.loaded).to.deep.equal(service.loaded);
    });
  });
}

async function startServer(folder: Folder, uri: string): Promise<CairnProcess> {
  const source = { name: 'main', type: 'git', uri, 'refresh-interval': '100ms' };
  await folder.write({ 'cairn.yml': JSON.stringify({ sources: [source] }) });
  const [config, data] = [path.join(folder.path, 'cairn.yml'), path.join(folder.path, 'data')];
  return startCairnProcess(['--config', config, '--data-directory', data]);
}

async function readJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  expect(response.status).to.equal(200);
  return (await response.json()) as Record<string, unknown>;
}
