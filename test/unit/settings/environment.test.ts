import { expect } from 'chai';

import { environmentName } from '#server/settings/environment.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const file = 'server: { port: 1000 }\nsources: [{ type: git, uri: /srv/config, search-paths: [a, b] }]\n';

describe('settings from the environment and arguments', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('are named by level, hyphen and index', () => {
    const names = ['server.shutdown-timeout', 'sources[0].search-paths', 'data-directory'].map(environmentName);
    expect(names).to.deep.equal([
      'CAIRN_SERVER__SHUTDOWN_TIMEOUT',
      'CAIRN_SOURCES__0__SEARCH_PATHS',
      'CAIRN_DATA_DIRECTORY',
    ]);
  });

  it('win over the file, and arguments over all', async () => {
    const environment = { CAIRN_SERVER__PORT: '2000', CAIRN_SERVER__HOST: 'localhost' };
    const values = new Map([['server.port', { name: '--port', value: '3000' }]]);
    const { settings } = await folder.load('cairn.yml', file, { environment, values });
    expect([settings.server.port, settings.server.host]).to.deep.equal([3000, 'localhost']);
  });

  it('have short names for host and port', async () => {
    const { settings } = await folder.load('cairn.yml', file, { environment: { CAIRN_HOST: '::1', CAIRN_PORT: '0' } });
    expect([settings.server.port, settings.server.host]).to.deep.equal([0, '::1']);
  });

  it('have full names that win over the short ones', async () => {
    const environment = { CAIRN_SERVER__PORT: '5000', CAIRN_PORT: '6000' };
    const { settings } = await folder.load('cairn.yml', file, { environment });
    expect(settings.server.port).to.equal(5000);
  });

  it('replace a list whole, as a text or by its elements', async () => {
    const whole = { CAIRN_SOURCES__0__SEARCH_PATHS: 'x, {application}' };
    const elements = { CAIRN_SOURCES__0__SEARCH_PATHS__0: 'y,z' };
    const paths = [];
    for (const environment of [whole, elements]) {
      const [source] = (await folder.load('cairn.yml', file, { environment })).settings.sources;
      paths.push(source?.type === 'git' && source['search-paths']);
    }
    expect(paths).to.deep.equal([['x', '{application}'], ['y,z']]);
  });

  it('take a secret from a file, without the line feed at its end', async () => {
    const secret = await folder.write('password', ' canary \n');
    const environment = { CAIRN_SOURCES__0__CREDENTIALS__PASSWORD_FILE: secret };
    const { settings } = await folder.load('cairn.yml', file, { environment });
    expect(settings.sources[0]).to.have.nested.property('credentials.password', ' canary ');
  });

  it('take any setting from a file, in the settings file, too', async () => {
    const port = await folder.write('port', '4000\n');
    const { settings } = await folder.load(
      'cairn.yml',
      `${file}serving: { strict-file: ${await folder.write('strict', 'true')} }\n`,
      {
        environment: { CAIRN_SERVER__PORT_FILE: port },
      },
    );
    expect([settings.server.port, settings.serving.strict]).to.deep.equal([4000, true]);
  });

  it('say which secret file cannot be read, and which is given twice', async () => {
    const environment = {
      CAIRN_SOURCES__0__CREDENTIALS__TOKEN_FILE: `${folder.path}/nowhere`,
      CAIRN_SOURCES__0__CREDENTIALS__PASSWORD: 'canary',
      CAIRN_SOURCES__0__CREDENTIALS__PASSWORD_FILE: `${folder.path}/nowhere`,
    };
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', file, { environment }));
    expect(error.message.split('\n')).to.deep.equal([
      '2 problems:',
      '  - `CAIRN_SOURCES__0__CREDENTIALS__TOKEN_FILE` (the environment) names a file that cannot be read: it does not exist',
      '  - `CAIRN_SOURCES__0__CREDENTIALS__PASSWORD_FILE` (the environment) gives `sources[0].credentials.password`, which is given beside it',
    ]);
  });

  it('are refused by unknown names, with the nearest', async () => {
    const environment = { CAIRN_SERVER_PORT: '1', CAIRN_SERVING__OVERRIDES__A__B: 'fine' };
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', file, { environment }));
    expect(error.message).to.equal(
      '`CAIRN_SERVER_PORT` (the environment) is not a setting; did you mean `CAIRN_SERVER__PORT`?',
    );
  });

  it('are not confused by what Kubernetes tells of a service named cairn', async () => {
    const environment = {
      CAIRN_PORT: 'tcp://10.0.0.7:8888',
      CAIRN_SERVICE_HOST: '10.0.0.7',
      CAIRN_SERVICE_PORT_HTTP: '8888',
      CAIRN_PORT_8888_TCP_ADDR: '10.0.0.7',
      CAIRN_PORT_8888_TCP: 'tcp://10.0.0.7:8888',
    };
    const { settings } = await folder.load('cairn.yml', file, { environment });
    expect(settings.server.port).to.equal(1000);
  });

  it('name the settings file and its format', async () => {
    const config = await folder.write(
      'named.yml',
      'server: { port: 7 }\ncairn: { sources: [{ type: git, uri: /x }] }\n',
    );
    const { loadSettings } = await import('#server/settings/load.js');
    const environment = { CAIRN_CONFIG: config, CAIRN_CONFIG_FORMAT: 'spring' };
    const { settings, file: named } = await loadSettings({ environment });
    expect([named, settings.server.port]).to.deep.equal([config, 7]);
    const bad = { ...environment, CAIRN_CONFIG_FORMAT: 'toml' };
    await expectError('CONFIG_SETTINGS_INVALID', () => loadSettings({ environment: bad }));
  });
});
