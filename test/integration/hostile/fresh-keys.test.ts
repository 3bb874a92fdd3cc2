import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { startCairnApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import { tempFolders } from '../../support/temp-folders.js';

interface Fresh {
  /** The entity tag and the digest of one content. */
  readonly tags: readonly unknown[];
  /** What it keeps, by name. */
  readonly kept: ReadonlyMap<string, string>;
  readonly modes: ReadonlyMap<string, number>;
}

describe('two fresh servers with the same settings', () => {
  const cleanups = createCleanups();
  let one: Fresh;
  let other: Fresh;
  before(async () => {
    one = await start();
    other = await start();
  });
  after(() => cleanups.run());

  async function start(): Promise<Fresh> {
    const data = await cleanups.add(tempFolders()).create();
    const folder = cleanups.add(await aSettingsFolder());
    await folder.write('orders.yml', 'a: 1\n');
    const settings = `
data-directory: '${data}'
observability: { log: { level: silent } }
audit: { sinks: [file] }
sources: [{ type: native, search-locations: ['${folder.path}'] }]
`;
    const app = await startCairnApp(await folder.write('cairn.yml', settings));
    const { headers } = await ask(app.port, { path: '/orders/default' });
    await app.close();
    const kept = new Map<string, string>();
    const modes = new Map<string, number>();
    for (const name of await readdir(data, { recursive: true })) {
      const file = join(data, name);
      const { mode } = await stat(file);
      modes.set(name, mode & 0o077);
      if (/key|pem/i.test(name) && (await stat(file)).isFile()) kept.set(name, await readFile(file, 'base64'));
    }
    return { tags: [headers.etag, headers['x-config-digest']], kept, modes };
  }

  it('share no key', () => {
    const shared = [...one.kept].filter(([name, key]) => other.kept.get(name) === key).map(([name]) => name);
    expect(shared).to.deep.equal([]);
    expect([...one.kept.keys()])
      .to.deep.equal([...other.kept.keys()])
      .and.to.have.length.above(1);
  });

  it('have tags of their own for the same content, so that nobody can tell what a tag is of', () => {
    for (const at of [0, 1]) {
      expect(one.tags[at]).to.be.a('string');
      expect(one.tags[at]).not.to.equal(other.tags[at]);
    }
  });

  it('let nobody else read or write what they keep', () => {
    expect([...one.modes].filter(([, mode]) => mode !== 0)).to.deep.equal([]);
  });
});
