import { expect } from 'chai';
import { transportOf } from '#server/app/transport.js';
import type { Settings } from '#server/settings/schema.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const hash = `sha256$${'A'.repeat(43)}`;
const security = { tokens: { entries: [{ id: 'abcd', name: 'x', hash }] } };
const everywhere = { host: '0.0.0.0' };

describe('transport', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const load = async (server: object, more: object = {}): Promise<Settings> => {
    const sources = [{ type: 'git', uri: 'https://git.example.com/shop.git' }];
    return (await folder.load('cairn.json', JSON.stringify({ server, sources, ...more }))).settings;
  };

  it('limits rates unless the server listens on loopback only, or as it is told', async () => {
    const ratesOf = async (server: object) => {
      const { rateLimits } = transportOf((await load(server, { security })).server, null);
      return rateLimits && [rateLimits.perAddress, rateLimits.perPrincipal, rateLimits.failures];
    };
    const requests = { perSecond: 500, burst: 2000 };
    expect(await ratesOf({})).to.equal(null);
    expect(await ratesOf(everywhere)).to.deep.equal([requests, requests, { perSecond: 1 / 6, burst: 50 }]);
    expect(await ratesOf({ ...everywhere, 'rate-limits': { enabled: false } })).to.equal(null);
    const written = { enabled: true, 'per-address': { rate: 0 }, 'per-principal': { rate: 1, burst: 2 } };
    expect((await ratesOf({ 'rate-limits': written }))?.slice(0, 2)).to.deep.equal([null, { perSecond: 1, burst: 2 }]);
  });

  it('has no management port where it is the server’s', async () => {
    const placeOf = async (server: object) => transportOf((await load(server)).server, null).management;
    expect(await placeOf({ port: 8888, 'management-port': 8888 })).to.equal(null);
    expect(await placeOf({ port: 8888, 'management-port': 8889 })).to.deep.equal({
      host: '127.0.0.1',
      port: 8889,
      tls: null,
    });
  });

  it('refuses proxies that are no addresses', async () => {
    const { server } = await load({ 'trusted-proxies': ['10.0.0.0/8', 'proxy'] });
    await expectError('CONFIG_SETTINGS_INVALID', () => Promise.resolve().then(() => transportOf(server, null)));
  });
});
