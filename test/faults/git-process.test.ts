import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { createCleanups } from '../support/cleanups.js';
import { eventually } from '../support/eventually.js';
import { aRepository } from '../support/git-repository.js';
import { startGitServer } from '../support/git-server.js';
import { aStore, signal } from '../support/git-stores.js';
import { tempFolders } from '../support/temp-folders.js';

const program = fileURLToPath(new URL('../support/mirror-process.js', import.meta.url));

function startProcess(url: string, dataDirectory: string): ChildProcess {
  return spawn(process.execPath, [program, url, dataDirectory], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function said(child: ChildProcess): Promise<unknown> {
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return JSON.parse(line.toString());
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('processes that share a mirror', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  it('serve at once after a restart, however often they were killed in the middle of a fetch', async () => {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'round: 0\n').create());
    const server = cleanups.add(await startGitServer(repository));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const first = aStore(server.url, { dataDirectory });
    await first.store.start(signal);
    await first.close();
    server.mode = 'slow';
    // The listing is four requests and a fetch two more; the sixth answers with the pack, in small pieces.
    for (const [round, requests] of [5, 6, 6, 6].entries()) {
      const content = Buffer.alloc(20_000, Math.random().toString());
      await repository.commit({ files: { 'a.yml': `round: ${round + 1}\n`, 'b.bin': content } });
      const seen = server.requests.length;
      const child = startProcess(server.url, dataDirectory);
      await eventually(() => (server.requests.length >= seen + requests ? true : undefined));
      await setTimeout(Math.random() * 200);
      await kill(child);
    }
    server.mode = 'down';
    const served = cleanups.add(aStore(server.url, { dataDirectory }));
    await served.store.start(signal);
    const before = await served.text(null, 'a.yml');
    server.mode = 'normal';
    await served.store.refresh({}, signal);

    expect(before).to.match(/^round: [0-4]\n$/);
    expect(await served.text(null, 'a.yml')).to.equal('round: 4\n');
    expect(served.events.map(({ type }) => type)).to.not.include('mirror-repaired');
  });

  it('are refused while another one works on it, and take it over when that one has been killed', async () => {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const server = cleanups.add(await startGitServer(repository));
    const dataDirectory = await cleanups.add(tempFolders()).create();
    const version = await repository.resolve('main');
    const first = startProcess(server.url, dataDirectory);
    const firstSaid = await said(first);
    const second = startProcess(server.url, dataDirectory);
    const secondSaid = await said(second);
    await kill(first);
    const third = startProcess(server.url, dataDirectory);
    const thirdSaid = await said(third);
    await kill(third);

    expect([firstSaid, secondSaid, thirdSaid]).to.deep.equal([
      { version },
      { code: 'CONFIG_MIRROR_LOCKED' },
      { version },
    ]);
  });
});
