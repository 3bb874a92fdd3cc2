import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

describe('settings of secrets that values refer to', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const source = 'sources: [{ type: native, search-locations: [/etc/config] }]\n';
  const secretsOf = async (text: string) => (await folder.load('cairn.yml', source + text)).settings.secrets;
  const refusalOf = async (text: string) =>
    (await expectError('CONFIG_SETTINGS_INVALID', () => secretsOf(text))).message;

  it('allow nothing unless a rule is written', async () => {
    expect(await secretsOf('')).to.deep.equal({
      resolve: true,
      unresolved: 'invalid',
      backend: 'secret',
      'kv-version': 1,
      transit: 'transit',
      'poll-interval': 30_000,
      mounts: [],
      dynamic: [],
      'revoke-on-close': true,
      allow: [],
    });
  });

  it('are read as they are written', async () => {
    const text = `
secrets:
  resolve: false
  transit: eu/transit
  poll-interval: 0s
  unresolved: fail
  backend: kv
  kv-version: 2
  mounts: [{ path: team/kv }, { path: old, kv-version: 1 }]
  allow:
    - { applications: ["orders*"], profiles: [prod], paths: ["kv/{application}/*"] }
    - { applications: [billing], paths: [team/kv/billing] }
`;
    expect(await secretsOf(text)).to.deep.equal({
      resolve: false,
      unresolved: 'fail',
      backend: 'kv',
      transit: 'eu/transit',
      'poll-interval': 0,
      'kv-version': 2,
      mounts: [
        { path: 'team/kv', 'kv-version': 2 },
        { path: 'old', 'kv-version': 1 },
      ],
      dynamic: [],
      'revoke-on-close': true,
      allow: [
        { applications: ['orders*'], profiles: ['prod'], paths: ['kv/{application}/*'] },
        { applications: ['billing'], profiles: [], paths: ['team/kv/billing'] },
      ],
    });
  });

  it('refuse paths of engines that lead elsewhere than they say', async () => {
    for (const path of ['/kv', 'kv/', 'a//b', 'kv/..', 'k%2e', 'k?x', '']) {
      const said = await refusalOf(`secrets: { mounts: [{ path: ${JSON.stringify(path)} }] }`);
      expect(said, path).to.contain('secrets.mounts[0].path').and.contain('without a slash at its ends');
    }
  });

  it('point who writes `vault.allow` to where it stands', async () => {
    expect(await refusalOf('vault: { allow: [{ applications: [orders], paths: [a] }] }')).to.contain(
      'is not a setting: what may be referred to is `secrets.allow`',
    );
  });

  it('are bound to the reference’s names of its Vault, with the profile that turns it on', async () => {
    const server = 'spring.cloud.config.server';
    const load = async (profiles: string) =>
      (
        await folder.load(
          'application.properties',
          [
            `spring.profiles.active=${profiles}`,
            `${server}.git.uri=https://git.example.com/shop/config.git`,
            `${server}.vault.host=vault.example.com`,
            `${server}.vault.token=t`,
            `${server}.vault.backend=kv`,
            `${server}.vault.kvVersion=2`,
            `${server}.vault.defaultKey=all`,
            '',
          ].join('\n'),
        )
      ).settings;
    const on = await load('git,vault');
    expect([on.vault.host, on.vault.auth.token]).to.deep.equal(['vault.example.com', 't']);
    expect([on.secrets.backend, on.secrets['kv-version']]).to.deep.equal(['kv', 2]);
    const off = await load('git');
    expect([off.vault.host, off.vault.auth.token]).to.deep.equal(['127.0.0.1', null]);
    expect([off.secrets.backend, off.secrets['kv-version']]).to.deep.equal(['secret', 1]);
  });
});
