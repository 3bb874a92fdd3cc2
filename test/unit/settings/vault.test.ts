import { expect } from 'chai';
import { createBackend } from '#server/app/backend.js';
import { parseFile } from '#server/core/documents/parse-file.js';
import { readsAsCaller } from '#server/app/vault-connection.js';
import { createVaults } from '#server/app/vaults.js';
import type { VaultSourceSettings } from '#server/settings/sections/sources.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const server = 'spring.cloud.config.server';

describe('settings of Vault', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const sourceOf = async (lines: readonly string[]): Promise<VaultSourceSettings> => {
    const { settings } = await folder.load('application.properties', `${lines.join('\n')}\n`);
    return settings.sources[0] as VaultSourceSettings;
  };
  const ownSources = async (text: string) => (await folder.load('cairn.yml', text)).settings.sources;

  it('have the reference’s defaults with its profile alone', async () => {
    const source = await sourceOf(['spring.profiles.active=vault']);
    expect(source).to.deep.include({
      type: 'vault',
      name: 'main',
      address: null,
      scheme: 'http',
      host: '127.0.0.1',
      port: 8200,
      namespace: null,
      timeout: 5000,
      backend: 'secret',
      'kv-version': 1,
      'default-key': 'application',
      'profile-separator': ',',
      'path-to-key': null,
      'full-key-path': false,
      'enable-label': false,
      'default-label': 'main',
    });
    expect(readsAsCaller(source)).to.equal(true);
  });

  it('are taken by the reference’s names', async () => {
    const source = await sourceOf([
      'spring.profiles.active=vault',
      `${server}.vault.host=vault`,
      `${server}.vault.port=443`,
      `${server}.vault.scheme=https`,
      `${server}.vault.backend=kv`,
      `${server}.vault.kvVersion=2`,
      `${server}.vault.pathToKey=team`,
      `${server}.vault.namespace=n`,
      `${server}.vault.timeout=7`,
      `${server}.vault.authentication=APPROLE`,
      `${server}.vault.app-role.role-id=r`,
      `${server}.vault.app-role.secret-id=s`,
      `${server}.vault.app-role.app-role-path=team/approle`,
    ]);
    expect(source).to.deep.include({ host: 'vault', port: 443, scheme: 'https', backend: 'kv', 'kv-version': 2 });
    expect(source).to.deep.include({ 'path-to-key': 'team', namespace: 'n', timeout: 7000 });
    expect(source.auth).to.deep.include({
      method: 'app-role',
      'app-role': { path: 'team/approle', 'role-id': 'r', 'secret-id': 's', 'wrapped-secret-id': null },
    });
    expect(readsAsCaller(source)).to.equal(false);
  });

  it('refuse an authentication that there is not', async () => {
    const lines = ['spring.profiles.active=vault', `${server}.vault.authentication=AWS_IAM`];
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => sourceOf(lines));
    expect(error.message).to.contain('takes one of TOKEN, APPROLE, KUBERNETES, CERT').and.contain('"AWS_IAM"');
  });

  it('say that certificates are checked whatever is asked for', async () => {
    const lines = ['spring.profiles.active=vault', `${server}.vault.skip-ssl-validation=true`];
    const { notices } = await folder.load('application.properties', `${lines.join('\n')}\n`);
    expect(notices).to.deep.equal([
      `\`${server}.vault.skip-ssl-validation\`: the certificate of Vault is always checked; give its authority as tls.ca-certificate`,
    ]);
  });

  it('of a source are those of the section where it leaves them unset', async () => {
    const [source] = await ownSources(
      'vault: { address: "https://vault", namespace: n, auth: { token: t } }\nsources: [{ type: vault, namespace: own }]\n',
    );
    expect(source).to.deep.include({ address: 'https://vault', namespace: 'own' });
    expect((source as VaultSourceSettings).auth.token).to.equal('t');
  });

  it('of a source with a place of its own are its own: no token goes there', async () => {
    const [source] = await ownSources(
      'vault: { address: "https://vault", auth: { token: t } }\nsources: [{ type: vault, host: other }]\n',
    );
    expect(source).to.deep.include({ address: null, host: 'other' });
    expect((source as VaultSourceSettings).auth.token).to.equal(null);
  });

  const refused: readonly (readonly [string, string])[] = [
    ['address: "ftp://canary@x"', 'the address of Vault is none'],
    ['address: "https://canary:canary@x"', 'the address of Vault is none'],
    ['backend: "a/../b"', 'The Vault path has the segment ".."'],
    ['backend: "/"', '`backend` is empty'],
    ['auth: { method: token }', '`auth.method: token` needs `auth.token` or `auth.token-path`'],
    ['auth: { token: canary, token-path: /run/canary }', '`auth.token` and `auth.token-path` are given'],
    ['auth: { method: app-role }', '`auth.method: app-role` needs `auth.app-role.role-id`'],
    ['auth: { method: kubernetes }', '`auth.method: kubernetes` needs `auth.kubernetes.role`'],
    ['auth: { method: userpass, userpass: { username: a } }', 'needs `auth.userpass.password`'],
    ['auth: { method: certificate }', '`auth.method: certificate` needs `tls.certificate`'],
    ['auth: { method: jwt }', 'needs `auth.jwt.token` or `auth.jwt.token-path`'],
  ];
  for (const [written, said] of refused) {
    it(`are refused at the start with ${written}`, async () => {
      const { settings } = await folder.load('cairn.yml', `sources: [{ type: vault, ${written} }]\n`);
      const emit = (): void => undefined;
      const vaults = createVaults({ limits: settings.limits, emit });
      const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
        createBackend({ settings, dataDirectory: folder.path, parse: parseFile, vaults, emit }),
      );
      expect(error.message).to.contain('In the source "main": ').and.contain(said).and.not.contain('canary');
    });
  }
});
