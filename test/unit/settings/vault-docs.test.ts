import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const page = new URL('../../../../docs/vault.md', import.meta.url);

describe('the examples of docs/vault.md', () => {
  let folder: SettingsFolder;
  let examples: readonly string[];
  before(async () => {
    folder = await aSettingsFolder();
    await folder.write('secret', 'x');
    const blocks = (await readFile(page, 'utf8')).matchAll(/```yaml\n(# cairn\.yml\n.*?)```/gs);
    // Files of other machines are a file of this one.
    examples = [...blocks].map(([, text = '']) => text.replaceAll(/(-file: )[^\s,}]+/g, `$1${folder.path}/secret`));
  });
  after(() => folder.remove());

  it('are settings that are taken', async () => {
    const sources = 'sources: [{ type: git, uri: /srv/config }]\n';
    for (const text of examples) await folder.load('cairn.yml', /^sources:/m.test(text) ? text : sources + text);
    expect(examples.some((text) => text.includes('dynamic:'))).to.equal(true);
  });
});
