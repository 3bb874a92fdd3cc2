import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { runCairn } from '../../support/program-run.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const manifest = JSON.parse(readFileSync(new URL('../../../../server/package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('the command line', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('prints the version of the package', async () => {
    const run = runCairn(['--version']);
    expect(await run.status).to.equal(0);
    expect(run.stdout()).to.equal(`${manifest.version}\n`);
  });

  for (const args of [
    ['--help'],
    ['serve', '--help'],
    ['demo-change', '--help'],
    ['encrypt', '--help'],
    ['decrypt', '--help'],
  ]) {
    it(`prints help with an example for ${args.join(' ')}`, async () => {
      const run = runCairn(args);
      expect(await run.status).to.equal(0);
      expect(run.stdout())
        .to.match(/Usage: cairn/)
        .and.match(/Examples?:\n {2}cairn /);
    });
  }

  const badUses: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /Usage: cairn/],
    [['serv'], /unknown command 'serv'/],
    [['serve', '--prot', '1'], /unknown option '--prot'/],
    [['serve', '--port', 'http'], /whole number from 0 to 65535/],
    [['serve', '--port', '65536'], /whole number from 0 to 65535/],
    [['serve', '--config-format', 'toml'], /Allowed choices are cairn, spring/],
    [['serve', '--demo', 'a', '--config', 'b'], /cannot be used with option/],
    [['demo-change'], /required option '--demo <folder>'/],
  ];
  for (const [args, said] of badUses) {
    it(`ends with 2 for 'cairn ${args.join(' ')}' and says why`, async () => {
      const run = runCairn(args);
      expect(await run.status).to.equal(2);
      expect(run.stderr()).to.match(said);
    });
  }

  it('says all that is wrong with the settings on stderr, without a stack, and ends with 2', async () => {
    const config = await folder.write('bad.yml', 'sources: [{ type: git, uri: /x }]\nserver: { prot: 1, port: x }\n');
    const run = runCairn(['serve', '--config', config]);
    expect(await run.status).to.equal(2);
    expect(run.stdout()).to.equal('');
    expect(run.stderr()).to.equal(
      'cairn: CONFIG_SETTINGS_INVALID: 2 problems:\n' +
        '  - `server.prot` (bad.yml line 2) is not a setting; did you mean `server.port`?\n' +
        '  - `server.port` (bad.yml line 2) takes a whole number from 0 to 65535, not the text "x"\n',
    );
  });

  it('does not listen on other addresses until security is settled', async () => {
    const config = await folder.write('open.yml', 'sources: [{ type: git, uri: /x }]\n');
    const run = runCairn(['serve', '--config', config, '--host', '0.0.0.0']);
    expect(await run.status).to.equal(2);
    expect(run.stderr()).to.match(/^cairn: CONFIG_SECURITY_UNSETTLED: .*0\.0\.0\.0.*security\.mode: none/);
  });

  it('says which folder the sample cannot be made of', async () => {
    const run = runCairn(['serve', '--demo', `${folder.path}/nowhere`]);
    expect(await run.status).to.equal(2);
    expect(run.stderr()).to.contain('CONFIG_SETTINGS_INVALID').and.contain('nowhere');
  });
});
