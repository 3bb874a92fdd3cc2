import { expect } from 'chai';
import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { startCairnApp } from '#support/cairn-app.js';
import { createCleanups } from '#support/cleanups.js';
import { aFolder } from '#support/folders.js';
import { runCairn } from '#support/program-run.js';

describe('a server with an audit', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  async function aServedFolder() {
    const folder = cleanups.add(
      await aFolder({
        'config/orders.yml': 'a: canary\n',
        'cairn.yml': '',
      }),
    );
    const config = join(folder.path, 'cairn.yml');
    await folder.write({
      'cairn.yml': [
        `data-directory: ${join(folder.path, 'state')}`,
        `sources: [{ type: native, search-locations: ['${join(folder.path, 'config')}'] }]`,
        `audit: { sinks: [file], heads: { copy-to: '${join(folder.path, 'heads')}' } }`,
        '',
      ].join('\n'),
    });
    const app = cleanups.add(await startCairnApp(config));
    return { folder: folder.path, config, app };
  }

  it('tells in health how the audit does', async () => {
    const { app } = await aServedFolder();
    const health = await (await fetch(`${app.url}/actuator/health/audit`)).json();
    expect(health).to.deep.equal({
      status: 'UP',
      details: {
        sinks: [
          { sink: 'file of queries', state: 'well', dropped: 0 },
          { sink: 'file of changes', state: 'well', dropped: 0 },
        ],
      },
    });
  });

  it('leaves logs that the program finds whole, and heads elsewhere', async () => {
    const { app, config, folder } = await aServedFolder();
    await app.close();
    const verified = runCairn(['audit', 'verify', '--config', config, '--head', join(folder, 'heads')]);
    expect(await verified.status, verified.stderr()).to.equal(0);
    expect(verified.stdout()).to.match(/^queries: whole: .*\nchanges: whole: records 1 to \d+\n$/);
    const head = runCairn(['audit', 'head', '--config', config]);
    expect(await head.status).to.equal(0);
    expect(head.stdout()).to.equal(await fs.readFile(join(folder, 'heads'), 'utf8'));
    const key = runCairn(['audit', 'key', '--config', config]);
    expect(await key.status).to.equal(0);
    expect(key.stdout()).to.match(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  it('has its logs told by file and line where they were changed, with exit status 1', async () => {
    const { app, config, folder } = await aServedFolder();
    await app.close();
    const path = join(folder, 'state', 'audit', 'changes-000000000001.jsonl');
    await fs.writeFile(path, (await fs.readFile(path, 'utf8')).replace('"port":', '"Port":'));
    const verified = runCairn(['audit', 'verify', '--config', config, '--json']);
    expect(await verified.status).to.equal(1);
    const { isWhole, logs } = JSON.parse(verified.stdout()) as {
      isWhole: boolean;
      logs: readonly { findings: unknown }[];
    };
    expect([isWhole, logs.map(({ findings }) => findings)]).to.deep.equal([
      false,
      [
        [],
        [
          {
            log: 'changes',
            file: 'changes-000000000001.jsonl',
            line: 3,
            problem: 'record 3 was changed, or what was before it',
          },
        ],
      ],
    ]);
  });

  it('says what is missing where there is nothing to verify', async () => {
    const folder = cleanups.add(await aFolder());
    const nothing = runCairn(['audit', 'verify', '--data-directory', folder.path]);
    expect(await nothing.status).to.equal(2);
    expect(nothing.stderr()).to.contain('audit.pub cannot be read: ENOENT');
    const noHeads = runCairn(['audit', 'head', '--folder', folder.path]);
    expect(await noHeads.status).to.equal(2);
    expect(noHeads.stderr()).to.contain('There is no audit log in');
  });
});
