import { expect } from 'chai';
import { securityNotices } from '#server/app/security-notices.js';
import type { SecuritySettings } from '#server/settings/sections/security.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

const hash = `sha256$${'A'.repeat(43)}`;

describe('what is said of API tokens at start', () => {
  async function security(...expires: readonly string[]): Promise<SecuritySettings> {
    const folder = await aSettingsFolder();
    const entries = expires.map((end, at) => ({ id: `id${at}x`, name: `ci ${at}`, hash, expires: end }));
    const text = JSON.stringify({ sources: [{ type: 'git', uri: '/x' }], security: { tokens: { entries } } });
    const { settings } = await folder.load('cairn.json', text);
    await folder.remove();
    return settings.security;
  }

  it('is which have ended, and which soon will', async () => {
    const ends = ['2027-01-01', '2027-01-10', '2027-01-11', '2027-01-24', '2027-01-25', ''];
    expect(securityNotices(await security(...ends), Date.UTC(2027, 0, 10))).to.deep.equal([
      'the API token id0x of "ci 0" has expired; its entry can be taken out',
      'the API token id1x of "ci 1" has expired; its entry can be taken out',
      'the API token id2x of "ci 2" expires in a day',
      'the API token id3x of "ci 3" expires in 14 days',
    ]);
  });
});
