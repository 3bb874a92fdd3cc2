import { expect } from 'chai';

import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const server = 'spring.cloud.config.server';
const uri = `${server}.git.uri: file:///srv/config\n`;

describe("a settings file with the reference server's names", () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('is taken as it is, in JSON', async () => {
    const text = JSON.stringify({
      spring: {
        application: { name: 'config' },
        cloud: {
          config: {
            server: {
              git: { uri: 'file:///srv/config', 'default-label': 'release-1.0', 'search-paths': 'common,orders' },
              overrides: { 'info.description': 'overridden', forced: 'yes', 'list[0]': 'x' },
              'default-application-name': 'orders',
              'default-profile': 'prod',
              'accept-empty': 'false',
              prefix: '/config',
            },
          },
        },
      },
    });
    const { settings, notices } = await folder.load('application.yml', text);
    expect(settings.sources[0]).to.deep.include({
      type: 'git',
      uri: 'file:///srv/config',
      'default-label': 'release-1.0',
      'search-paths': ['common', 'orders'],
    });
    expect(settings.serving).to.deep.include({
      'default-application': 'orders',
      'default-profile': 'prod',
      'accept-empty': false,
      overrides: new Map([
        ['info.description', 'overridden'],
        ['forced', 'yes'],
        ['list.0', 'x'],
      ]),
    });
    expect(settings.server.prefix).to.equal('/config');
    expect(notices).to.deep.equal([]);
  });

  it('is taken as .properties', async () => {
    const text = [
      `${server}.git.uri=https://git.example.com/shop/config.git`,
      `${server}.git.searchPaths[0]=common`,
      `${server}.git.searchPaths[1]={application}`,
      `${server}.git.skipSslValidation=true`,
      'server.port=8080',
      'cairn.limits.profiles=5',
    ].join('\n');
    const { settings } = await folder.load('application.properties', text);
    expect([settings.server.port, settings.limits.profiles]).to.deep.equal([8080, 5]);
    expect(settings.sources[0]).to.deep.include({
      'search-paths': ['common', '{application}'],
      'skip-tls-verification': true,
    });
  });

  for (const spelling of ['default-label', 'defaultLabel', 'DEFAULT_LABEL', 'defaultlabel']) {
    it(`binds ${spelling} as default-label`, async () => {
      const { settings } = await folder.load('application.yml', `${uri}${server}.git.${spelling}: v1\n`);
      expect(settings.sources[0]).to.have.property('default-label', 'v1');
    });
  }

  const rates: readonly (readonly [string, number | null])[] = [
    ['', 30_000],
    ['refresh-rate: 0', 30_000],
    ['refresh-rate: 7', 7000],
    ['refresh-rate: -1', null],
  ];
  for (const [written, interval] of rates) {
    it(`refreshes every ${String(interval)} ms with '${written}'`, async () => {
      const text = `spring: { cloud: { config: { server: { git: { uri: /x, ${written} } } } } }\n`;
      const { settings } = await folder.load('application.yml', text);
      expect(settings.sources[0]).to.have.property('refresh-interval', interval);
    });
  }

  it('says what a timeout takes in its own units', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('application.yml', `${uri}${server}.git.timeout: soon\n`),
    );
    expect(error.message).to.equal(
      '`spring.cloud.config.server.git.timeout` (application.yml line 2) takes whole seconds, not "soon"',
    );
  });

  it('takes credentials and proxies', async () => {
    const text = `spring:\n  cloud:\n    config:\n      server:\n        git:\n          uri: https://git.example.com/x.git\n          username: ann\n          password: 12345\n          proxy:\n            https: { host: proxy.example.com, port: 3128, nonProxyHosts: "localhost|*.example.com" }\n`;
    const { settings } = await folder.load('application.yml', text);
    expect(settings.sources[0]).to.deep.include({ credentials: { username: 'ann', password: '12345', token: null } });
    expect(settings.sources[0])
      .to.have.nested.property('proxy.https')
      .that.deep.equals({
        host: 'proxy.example.com',
        port: 3128,
        username: null,
        password: null,
        'no-proxy': ['localhost', '*.example.com'],
      });
  });

  it('takes what it says of webhooks', async () => {
    const monitor = `${server}.monitor`;
    const text = [
      `${uri}${monitor}.github.enabled: "false"`,
      `${monitor}.gitlab.webhookSecret: canary`,
      `${monitor}.bitbucket.validation-enabled: false`,
      'spring.cloud.config.monitor.endpoint.path: hooks/',
      `${monitor}.fixedDelay: 5000`,
    ].join('\n');
    const environment = {
      SPRING_CLOUD_CONFIG_SERVER_MONITOR_GITEA_WEBHOOKSECRET_FILE: await folder.write('gitea', 'canary-2\n'),
    };
    const { settings, notices } = await folder.load('application.yml', text, { environment });
    const usual = { enabled: true, secret: null, verify: true };
    expect(settings.webhooks).to.deep.equal({
      path: '/hooks/monitor',
      'commit-deadline': 30_000,
      github: { ...usual, enabled: false },
      gitlab: { ...usual, secret: 'canary' },
      bitbucket: { ...usual, verify: false },
      gitea: { ...usual, secret: 'canary-2' },
      gitee: usual,
      gogs: usual,
      plain: usual,
    });
    expect(notices).to.deep.equal([
      `\`${monitor}.fixedDelay\`: local repositories are looked at on each request, and folders are watched`,
    ]);
  });

  it('takes the newer name of the path of webhooks as the whole of it', async () => {
    const { settings } = await folder.load('application.yml', `${uri}${server}.monitor.endpoint.path: /hook\n`);
    expect(settings.webhooks.path).to.equal('/hook');
  });

  it('chooses the native backend by profile', async () => {
    const text = `spring.profiles.active: native\n${server}.native.search-locations: ["file:./a", "file:./b"]\n${server}.native.version: "7"\n`;
    const { settings } = await folder.load('application.yml', text);
    expect(settings.sources).to.deep.equal([
      {
        type: 'native',
        name: 'main',
        'search-locations': ['file:./a', 'file:./b'],
        'add-label-locations': true,
        'default-label': 'master',
        version: '7',
      },
    ]);
  });

  it('resolves placeholders from the environment, then from the file', async () => {
    const text = `base: /srv\nhost: file-host\n${server}.git.uri: \${base}/\${REPOSITORY:config}\n${server}.git.default-label: \${LABEL:v\${number:2}}\nserver.address: \${host}\nserver.port: \${PORT:9000}\n`;
    const { settings } = await folder.load('application.yml', text, {
      environment: { HOST: 'localhost', LABEL: 'v1' },
    });
    expect(settings.sources[0]).to.deep.include({ uri: '/srv/config', 'default-label': 'v1' });
    expect(settings.server).to.deep.include({ host: 'localhost', port: 9000 });
  });

  it('names the setting whose placeholders go in circles', async () => {
    const text = `${uri}server.port: \${a}\na: \${b}\nb: \${a}\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('application.yml', text));
    expect(error.message).to.contain('`server.port` (application.yml line 2)');
  });

  it('takes the documents and sibling files of the active profiles, later ones winning', async () => {
    await folder.write('application-eu.yml', 'server.port: 3\ncairn.limits.labels: 3\n');
    await folder.write('application-us.yml', 'server.port: 99\n');
    const text = `${uri}spring.profiles.active: eu,test\nserver.port: 1\ncairn.limits.profiles: 1\n---\nspring.config.activate.on-profile: test & !us\ncairn.limits.profiles: 2\n---\nspring.config.activate.on-profile: us\ncairn.limits.profiles: 99\n`;
    const { settings } = await folder.load('application.yml', text);
    expect(settings.server.port).to.equal(3);
    expect([settings.limits.profiles, settings.limits.labels]).to.deep.equal([2, 3]);
  });

  it('lets the environment name the active profiles', async () => {
    await folder.write('application-blue.properties', 'server.port=5\n');
    const environment = { SPRING_PROFILES_ACTIVE: 'blue' };
    const { settings } = await folder.load('application.yml', `${uri}spring.profiles.active: us\n`, { environment });
    expect(settings.server.port).to.equal(5);
  });

  it('is below SPRING_ variables, which are below CAIRN_ variables', async () => {
    const environment = {
      SPRING_CLOUD_CONFIG_SERVER_GIT_DEFAULTLABEL: 'v2',
      SPRING_CLOUD_CONFIG_SERVER_GIT_SEARCH_PATHS_0: 'env',
      SPRING_CLOUD_CONFIG_SERVER_OVERRIDES_INFO_NAME: 'env',
      SPRING_CLOUD_CONFIG_SERVER_GIT_TIMEOUT: '9',
      SERVER_PORT: '7',
      CAIRN_SOURCES__0__TIMEOUT: '8s',
    };
    const text = `${uri}${server}.git.default-label: v1\n${server}.git.search-paths: [a, b]\n`;
    const { settings } = await folder.load('application.yml', text, { environment });
    expect(settings.sources[0]).to.deep.include({ 'default-label': 'v2', 'search-paths': ['env'], timeout: 8000 });
    expect([...settings.serving.overrides]).to.deep.equal([['info.name', 'env']]);
    expect(settings.server.port).to.equal(7);
  });

  it('reads SPRING_ variables beside a file of ours, too', async () => {
    const environment = { SPRING_CLOUD_CONFIG_SERVER_GIT_DEFAULTLABEL: 'v2', SERVER_PORT: '7' };
    const { settings } = await folder.load('cairn.yml', 'sources: [{ type: git, uri: /x }]\n', { environment });
    expect(settings.sources[0]).to.deep.include({ uri: '/x', 'default-label': 'v2' });
    expect(settings.server.port).to.equal(8888);
  });

  it('takes a secret of a SPRING_ variable from a file', async () => {
    const environment = {
      SPRING_CLOUD_CONFIG_SERVER_GIT_PASSWORD_FILE: await folder.write('git-password', 'canary\n'),
    };
    const { settings } = await folder.load('application.yml', uri, { environment });
    expect(settings.sources[0]).to.have.nested.property('credentials.password', 'canary');
  });

  it('takes health checks by key', async () => {
    const text = `${uri}${server}.health.repositories:\n  shop: { name: orders, profiles: "dev,prod", label: v1 }\n  billing: {}\n  stock.profiles: [dev]\n`;
    const { settings } = await folder.load('application.yml', text);
    expect(settings.health.repositories).to.deep.equal([
      { application: 'orders', profiles: ['dev', 'prod'], label: 'v1' },
      { application: 'stock', profiles: ['dev'], label: null },
    ]);
  });

  it('has our settings under cairn:', async () => {
    const text = `${uri}cairn:\n  serving: { strict: true, overrides: { a.b: 1 } }\n  security.mode: none\n`;
    const { settings } = await folder.load('application.yml', text);
    expect(settings.serving.strict).to.equal(true);
    expect([...settings.serving.overrides]).to.deep.equal([['a.b', '1']]);
    expect(settings.security.mode).to.equal('none');
  });

  it('is strict below cairn:, and refuses our sections beside it', async () => {
    const text = `${uri}cairn.serving.strickt: true\nsources: [{ type: git, uri: /x }]\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('application.yml', text));
    expect(error.message).to.contain('did you mean `serving.strict`?').and.contain('it stands under `cairn:`');
  });

  it('says by name what has no effect', async () => {
    const text = `${uri}${server}.git.force-pull: true\nmanagement.endpoints.web.exposure.include: "*"\neureka.client.enabled: true\nspring.jmx.enabled: false\n${server}.bootstrap: true\n`;
    const { notices } = await folder.load('application.yml', text);
    expect(notices).to.deep.equal([
      '`management.endpoints.web.exposure.include`: health is always at /actuator/health and info at /actuator/info',
      '`spring.cloud.config.server.git.force-pull`: a mirror always follows its remote',
      'not supported, without effect: `eureka.client.enabled`, `spring.jmx.enabled`',
    ]);
  });

  const refused: readonly string[] = [
    `${server}.redis.host: redis`,
    `${server}.svn.uri: /x`,
    `${server}.jdbc.sql: select`,
    'server.ssl.bundle: web',
    'spring.security.oauth2.resourceserver.jwt.issuer-uri: canary',
    'spring.config.import: optional:file:x.yml',
  ];
  for (const line of refused) {
    const name = line.slice(0, line.indexOf(':'));
    it(`is refused with ${name}, which would be unsafe to ignore`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
        folder.load('application.yml', `${uri}${line}\n`),
      );
      expect(error.message).to.contain(`\`${name}\` (application.yml line 2) is refused`).and.not.contain('canary');
    });
  }

  it('is refused beside SPRING_APPLICATION_JSON, which may say anything', async () => {
    const environment = { SPRING_APPLICATION_JSON: '{"canary":1}' };
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('application.yml', uri, { environment }),
    );
    expect(error.message).to.equal(
      '`SPRING_APPLICATION_JSON` (the environment) is refused: write its settings into a file',
    );
  });

  it('is refused with a profile of a backend that there is not', async () => {
    const text = `${uri}spring.profiles.active: redis\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('application.yml', text));
    expect(error.message).to.equal(
      'The active profile `redis` chooses a backend that is not supported; git, native, vault and composite are',
    );
  });
});
