import { expect } from 'chai';

import { isLoopback } from '#server/settings/security-check.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const source = 'sources: [{ type: git, uri: /srv/config }]\n';

describe('security before listening', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('need not be settled on loopback', async () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      const { settings } = await folder.load('cairn.yml', `${source}server: { host: "${host}" }\n`);
      expect(settings.server.host).to.equal(host);
    }
  });

  it('must be settled on any other address, and the error says how', async () => {
    const error = await expectError('CONFIG_SECURITY_UNSETTLED', () =>
      folder.load('cairn.yml', 'server: { host: 0.0.0.0 }\n'),
    );
    expect(error.message)
      .to.contain('0.0.0.0')
      .and.contain('security.mode: none')
      .and.contain('CAIRN_SECURITY__MODE=none');
  });

  it('is settled by writing none', async () => {
    const { settings } = await folder.load(
      'cairn.yml',
      `${source}server: { host: 0.0.0.0 }\nsecurity: { mode: none }\n`,
    );
    expect(settings.security.mode).to.equal('none');
  });

  it('takes only addresses of this machine for loopback', () => {
    const others = ['0.0.0.0', '::', '128.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '10.127.0.0'];
    expect(others.filter(isLoopback)).to.deep.equal([]);
  });
});
