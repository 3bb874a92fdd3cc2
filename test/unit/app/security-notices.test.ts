import { expect } from 'chai';
import { securityNotices } from '#server/app/security-notices.js';
import type { Settings } from '#server/settings/schema.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

const hash = `sha256$${'A'.repeat(43)}`;

describe('what is said of authentication at start', () => {
  async function settingsOf(expires: readonly string[], server: object = {}): Promise<Settings> {
    const folder = await aSettingsFolder();
    const entries = expires.map((end, at) => ({ id: `id${at}x`, name: `ci ${at}`, hash, expires: end }));
    const sources = [{ type: 'git', uri: '/x' }];
    const text = JSON.stringify({ sources, server, security: { tokens: { entries } } });
    const { settings } = await folder.load('cairn.json', text);
    await folder.remove();
    return settings;
  }

  it('is which API tokens have ended, and which soon will', async () => {
    const ends = ['2027-01-01', '2027-01-10', '2027-01-11', '2027-01-24', '2027-01-25', ''];
    expect(securityNotices(await settingsOf(ends), Date.UTC(2027, 0, 10))).to.deep.equal([
      'the API token id0x of "ci 0" has expired; its entry can be taken out',
      'the API token id1x of "ci 1" has expired; its entry can be taken out',
      'the API token id2x of "ci 2" expires in a day',
      'the API token id3x of "ci 3" expires in 14 days',
    ]);
  });

  it('is that credentials come in clear where others can reach a server without TLS', async () => {
    const said = async (server: object): Promise<readonly string[]> =>
      securityNotices(await settingsOf([''], server), 0);
    expect((await said({ host: '0.0.0.0' })).join()).to.contain('credentials come in clear');
    const tls = { 'certificate-file': '/x', 'key-file': '/x' };
    expect(await said({ host: '0.0.0.0', tls })).to.deep.equal([]);
    expect(await said({})).to.deep.equal([]);
    expect(securityNotices(await settingsOf([]), 0)).to.deep.equal([]);
  });
});
