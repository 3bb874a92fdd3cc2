import { expect } from 'chai';

import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const source = 'sources: [{ type: git, uri: /srv/config }]\n';

describe('cairn.yml', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('has defaults for all that it does not say', async () => {
    const { settings } = await folder.load('cairn.yml', source);
    const { tls, ...server } = settings.server;
    expect(server).to.include({ host: '127.0.0.1', port: 8888, prefix: '', 'shutdown-timeout': 25_000 });
    expect(tls).to.include({ enabled: null, 'client-authentication': 'none', 'min-version': '1.2' });
    expect(settings.security).to.include({ mode: null, realm: 'cairn' });
    expect(settings.serving['accept-empty']).to.equal(true);
    expect(settings.limits.file).to.equal(4 * 1024 * 1024);
  });

  it('gives a git source its defaults', async () => {
    const { settings } = await folder.load('cairn.yml', source);
    const noProxy = { host: null, port: 8080, username: null, password: null, 'no-proxy': [] };
    expect(settings.sources).to.deep.equal([
      {
        type: 'git',
        name: 'main',
        uri: '/srv/config',
        'default-label': null,
        'try-master-branch': true,
        'continue-on-multiple-label-failure': false,
        'search-paths': [],
        'refresh-interval': 30_000,
        timeout: 5000,
        'clone-timeout': 600_000,
        'delete-untracked-branches': false,
        engine: 'auto',
        'cli-above': 64 * 1024 * 1024,
        credentials: { username: null, password: null, token: null },
        ssh: {
          'private-key': null,
          passphrase: null,
          'known-hosts': null,
          'host-key': null,
          'host-key-algorithm': null,
          'strict-host-key-checking': true,
          'ignore-local-settings': false,
          'preferred-authentications': null,
        },
        proxy: { http: noProxy, https: noProxy },
        'ca-certificate': null,
        'skip-tls-verification': false,
        'fallback-to-default': false,
        repositories: [],
      },
    ]);
  });

  it('takes null, an empty list and an empty section as not said', async () => {
    const text = `server: { host: 127.0.0.1, prefix: "" }\ndata-directory: null\nserving: { default-label: null, overrides: {} }\nsecurity:\nlimits: {}\nsources: [{ type: git, uri: /srv/config, search-paths: [], credentials: {} }]\n`;
    const { settings } = await folder.load('cairn.yml', text);
    expect(settings['data-directory']).to.equal(null);
    expect(settings.serving['default-label']).to.equal(null);
    expect(settings.sources[0]).to.have.property('search-paths').that.deep.equals([]);
  });

  it('keeps overrides in their order, as texts, nested or dotted', async () => {
    const overrides = `serving:\n  overrides:\n    z.last: 1\n    info:\n      big: 12345678901234567890\n      list: [a, b]\n    __proto__.x: yes\n    "1": one\n`;
    const { settings } = await folder.load('cairn.yml', source + overrides);
    expect([...settings.serving.overrides]).to.deep.equal([
      ['z.last', '1'],
      ['info.big', '12345678901234567890'],
      ['info.list[0]', 'a'],
      ['info.list[1]', 'b'],
      ['__proto__.x', 'true'],
      ['1', 'one'],
    ]);
  });

  it('refuses a name that is not a setting and suggests the nearest, with the line', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', `${source}server:\n  prot: 1\n`),
    );
    expect(error.message).to.equal('`server.prot` (cairn.yml line 3) is not a setting; did you mean `server.port`?');
  });

  it('says what there is where no name is near', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', `${source}security: { colour: 1 }\n`),
    );
    expect(error.message).to.equal(
      '`security.colour` (cairn.yml line 2) is not a setting; in `security` there are mode, realm, policy, policy-file, credentials-file, user, basic, tokens, bearer, introspection, certificates, kubernetes, gateway',
    );
  });

  it('finds the section that a setting at the wrong place belongs to', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', `${source}accept-empty: false\n`),
    );
    expect(error.message).to.equal(
      '`accept-empty` (cairn.yml line 2) is not a setting; did you mean `serving.accept-empty`?',
    );
  });

  it('says that a setting of a later version is not supported', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', `${source}observability: { metrics: true }\n`),
    );
    expect(error.message).to.equal('`observability.metrics` (cairn.yml line 2) is not supported by this version');
  });

  it('is strictly typed and tells everything at once', async () => {
    const text =
      'server: { port: "8888", prefix: config/ }\nlimits: { file: 3, profiles: 0 }\nsources:\n  - { type: git, uri: 5 }\nserving: { strict: "yes" }\n';
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', text));
    expect(error.message.split('\n')).to.deep.equal([
      '6 problems:',
      '  - `server.port` (cairn.yml line 1) takes a whole number from 0 to 65535, not the text "8888"',
      '  - `server.prefix` (cairn.yml line 1) takes a path such as /config, without a slash at its end, not the text "config/"',
      '  - `sources[0].uri` (cairn.yml line 4) takes an http, https or ssh URI, `user@host:path`, a `file:` URI or the path of a local repository, not 5',
      '  - `serving.strict` (cairn.yml line 5) takes true or false, not the text "yes"',
      '  - `limits.file` (cairn.yml line 2) takes a size such as 512KiB, 4MiB or 1GiB, not 3',
      '  - `limits.profiles` (cairn.yml line 2) takes a whole number from 1 to 1000, not 0',
    ]);
  });

  it('never shows the value of a secret, nor the user information of a URI', async () => {
    const text = `sources:\n  - type: git\n    uri: https://ann:canary-1@git.example.com/x.git\n    timeout: https://ann:canary-2@x\n    credentials: { password: [canary-3], token: { a: canary-4 } }\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', text));
    expect(error.message).to.contain('https://***@x').and.not.contain('canary');
  });

  it('takes the secrets of webhooks, also from files, and shows none', async () => {
    const file = await folder.write('hook', 'canary-1\n');
    const source = 'sources: [{ type: git, uri: /srv/config }]\n';
    const right = `${source}webhooks: { github: { secret-file: "${file}" }, plain: { verify: false } }\n`;
    const { settings } = await folder.load('cairn.yml', right);
    expect([settings.webhooks.github.secret, settings.webhooks.plain.verify]).to.deep.equal(['canary-1', false]);

    const wrong = `${source}webhooks: { path: monitor/, commit-deadline: soon, gitlab: { secret: [canary-2] }, github: { token: canary-3 } }\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', wrong));
    expect(error.message.split('\n')).to.have.length(5);
    expect(error.message)
      .to.contain('`webhooks.path` (cairn.yml line 2) takes a path such as /monitor')
      .and.contain('`webhooks.commit-deadline` (cairn.yml line 2) takes a duration')
      .and.contain('`webhooks.gitlab.secret[0]`')
      .and.contain('`webhooks.github.token`')
      .and.not.contain('canary');
  });

  it('refuses a setting of another type of source', async () => {
    const text = 'sources: [{ type: native, search-locations: [/etc/x], uri: /srv/config }]\n';
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', text));
    expect(error.message).to.equal('`sources[0].uri` is not a setting of a source of type native');
  });

  it('says what to write where it names no source', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', 'server: { host: localhost }\n'),
    );
    expect(error.message).to.contain('says what to serve').and.contain('sources:\n        - type: git');
  });

  it('names what a source lacks', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', 'sources: [{ type: git }]\n'),
    );
    expect(error.message).to.contain('`sources[0].uri` (`spring.cloud.config.server.git.uri`) is missing');
  });

  it('is refused with its line where it is not YAML', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', 'server:\n  port: [1\n'));
    expect(error.message).to.match(/^The settings file .*cairn\.yml cannot be read: .*line \d/);
  });

  it('is refused where it is named and not there', async () => {
    const missing = `${folder.path}/other.yml`;
    const { loadSettings } = await import('#server/settings/load.js');
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      loadSettings({ config: missing, environment: {} }),
    );
    expect(error.message).to.equal(`The settings file ${missing} cannot be read: it does not exist`);
  });
});
