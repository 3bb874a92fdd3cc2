import { expect } from 'chai';

import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const source = 'sources: [{ type: git, uri: /srv/config }]\n';

describe('settings of SOPS', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('decrypt by default, with no identity', async () => {
    const { settings } = await folder.load('cairn.yml', source);
    expect([settings.encryption.sops, settings.encryption.age]).to.deep.equal([true, { identities: null }]);
  });

  it('take identities of several lines, and from the environment', async () => {
    const text = `${source}encryption: { sops: false, age: { identities: "# one\\nAGE-SECRET-KEY-1CANARY" } }\n`;
    const { settings } = await folder.load('cairn.yml', text);
    expect(settings.encryption.age.identities).to.equal('# one\nAGE-SECRET-KEY-1CANARY');
    expect(settings.encryption.sops).to.equal(false);
    const environment = { CAIRN_ENCRYPTION__AGE__IDENTITIES: 'AGE-SECRET-KEY-1CANARY' };
    const loaded = await folder.load('cairn.yml', source, { environment });
    expect(loaded.settings.encryption.age.identities).to.equal('AGE-SECRET-KEY-1CANARY');
  });

  it('are refused with another type, without echoing it', async () => {
    const list = `${source}encryption: { age: { identities: [AGE-SECRET-KEY-1CANARY] } }\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', list));
    expect(error.message).to.contain('`encryption.age.identities').and.not.contain('CANARY');
    const word = `${source}encryption: { sops: perhaps }\n`;
    const { message } = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', word));
    expect(message).to.contain('`encryption.sops`').and.contain('true or false');
  });
});
