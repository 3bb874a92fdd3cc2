import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

describe('settings of dynamic secrets', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const source = 'sources: [{ type: native, search-locations: [/etc/config] }]\n';
  const dynamicOf = async (text: string) =>
    (await folder.load('cairn.yml', `${source}secrets: { dynamic: [${text}] }`)).settings.secrets.dynamic;
  const refusalOf = async (text: string) =>
    (await expectError('CONFIG_SETTINGS_INVALID', () => dynamicOf(text))).message;

  it('need only a path: one secret for an application, let end after an hour', async () => {
    expect(await dynamicOf('{ path: database/creds/orders }')).to.deep.equal([
      {
        path: 'database/creds/orders',
        per: 'application',
        parameters: new Map(),
        overlap: null,
        idle: 3_600_000,
        'max-leases': 1000,
      },
    ]);
  });

  it('are read as they are written', async () => {
    const text = `{ path: "pki/issue/*", per: instance, parameters: { common_name: "{application}.svc", ttl: 24h },
      overlap: 48h, idle: never, max-leases: 5 }`;
    expect(await dynamicOf(text)).to.deep.equal([
      {
        path: 'pki/issue/*',
        per: 'instance',
        parameters: new Map([
          ['common_name', '{application}.svc'],
          ['ttl', '24h'],
        ]),
        overlap: 172_800_000,
        idle: null,
        'max-leases': 5,
      },
    ]);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['{ path: database }', 'takes a path such as database/creds/orders, with its mount'],
    ['{ path: /database/creds/a }', 'takes a path such as database/creds/orders, with its mount'],
    ['{ path: database/../sys }', 'takes a path such as database/creds/orders, with its mount'],
    ['{ path: a/b, per: profile }', 'server, application, instance'],
    ['{ path: a/b, overlap: 5 }', 'takes a duration such as 30s, 5m or 1h'],
    ['{ path: a/b, idle: 1 }', 'takes a duration of at least 100ms such as 30s, 5m or 1h, or never'],
    ['{ path: a/b, max-leases: 0 }', 'takes a whole number from 1 to 100000'],
  ];
  for (const [text, taken] of wrong) {
    it(`refuse ${text}`, async () => {
      expect(await refusalOf(text)).to.contain(taken);
    });
  }
});
