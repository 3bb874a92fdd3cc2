import { inspect } from 'node:util';
import { expect } from 'chai';
import { ConfigServerError } from '#server/core/errors.js';
import type { SecretText } from '#server/core/secret-text.js';
import { loadSettings, type SettingsDecryption } from '#server/settings/load.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const server = 'spring.cloud.config.server';
const source = 'sources: [{ type: git, uri: /x }]\n';

describe('the settings of encryption', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const defaults = {
    enabled: true,
    key: null,
    salt: 'deadbeef',
    'previous-keys': [],
    'key-store': { location: null, password: null, alias: null, secret: null },
    rsa: { algorithm: 'default', strong: false, salt: 'deadbeef' },
    suite: 'reference',
    'plain-text': false,
    'prefix-invalid': true,
    'fail-on-error': true,
  };

  it('have these defaults', async () => {
    const { settings } = await folder.load('cairn.yml', `${source}encryption: { key-store: null }\n`);
    expect(settings.encryption).to.deep.include(defaults);
  });

  it("are taken by the reference's names", async () => {
    const text = `${server}.git.uri: /x
encrypt:
  key: canary
  salt: C0FFEE
  fail-on-error: "false"
  keyStore: { location: "file:/etc/server.jks", password: letmein, alias: mykey, secret: changeme, type: jks }
  rsa: { algorithm: OAEP, strong: true, salt: not hex }
${server}.encrypt: { enabled: false, plainTextEncrypt: true, prefix-invalid-properties: "no" }
`;
    const { settings, notices } = await folder.load('application.yml', text);
    expect(notices).to.deep.equal([]);
    expect(settings.encryption).to.deep.include({
      ...defaults,
      enabled: false,
      key: 'canary',
      salt: 'C0FFEE',
      'key-store': { location: 'file:/etc/server.jks', password: 'letmein', alias: 'mykey', secret: 'changeme' },
      rsa: { algorithm: 'oaep', strong: true, salt: 'not hex' },
      'plain-text': true,
      'prefix-invalid': false,
      'fail-on-error': false,
    });
  });

  it('are taken from the environment, the key from a file', async () => {
    const key = await folder.write('key.pem', '-----BEGIN\nX\n');
    const environment = { CAIRN_ENCRYPTION__KEY_FILE: key, CAIRN_ENCRYPTION__SUITE: 'V2' };
    const { settings } = await folder.load('cairn.yml', source, { environment });
    expect(settings.encryption).to.deep.include({ key: '-----BEGIN\nX', suite: 'v2' });
    const named = { ENCRYPT_KEY: 'canary', ENCRYPT_KEYSTORE_ALIAS: 'mykey' };
    const reference = await folder.load('application.yml', `${server}.git.uri: /x\n`, { environment: named });
    expect(reference.settings.encryption.key).to.equal('canary');
    expect(reference.settings.encryption['key-store'].alias).to.equal('mykey');
  });

  it('are refused with what would be taken, and without a secret', async () => {
    const text = `${source}encryption: { salt: canary, suite: v3, key: [canary], rsa: { algorithm: oaep2 }, keyy: 1 }\n`;
    const { message } = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', text));
    expect(message).to.contain('an even number of hexadecimal digits').and.contain('one of reference, v2');
    expect(message).to.contain('one of default, oaep').and.contain('did you mean `encryption.key`?');
    const secret = await expectError('CONFIG_SETTINGS_INVALID', () =>
      folder.load('cairn.yml', `${source}encryption: { key: [canary], previous-keys: { a: canary } }\n`),
    );
    expect(secret.message).not.to.contain('canary');
  });
});

describe('settings that are ciphers themselves', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  /** Opens `sealed`, nothing else, and only with the key. */
  const decryption: SettingsDecryption = ({ key }) =>
    Promise.resolve((cipher) =>
      key === 'the key' && cipher === 'sealed'
        ? Promise.resolve('canary')
        : Promise.reject(new ConfigServerError('CONFIG_CIPHER_INVALID', 'no')),
    );
  const load = async (text: string, environment: Record<string, string> = {}) =>
    loadSettings({ config: await folder.write('application.yml', text), environment }, decryption);
  const password = `${server}.git: { uri: /x, password: "{cipher}sealed" }\nencrypt.key: the key\n`;

  it('are decrypted, wherever they stand', async () => {
    const { settings } = await load(`${password}${server}.overrides: { a: "{cipher}sealed", b: "x{cipher}" }\n`, {
      CAIRN_SERVING__DEFAULT_LABEL: '{cipher}sealed',
    });
    expect(settings.sources[0]).to.deep.include({ credentials: { username: null, password: 'canary', token: null } });
    const { overrides } = settings.serving;
    expect(overrides.get('b')).to.equal('x{cipher}');
    expect((overrides.get('a') as SecretText).reveal()).to.equal('canary');
    expect(`${inspect([...overrides])} ${JSON.stringify([...overrides])} ${[...overrides].join()}`)
      .to.contain('***')
      .and.not.contain('canary');
    expect(settings.serving['default-label']).to.equal('canary');
  });

  it('end the start where they cannot be decrypted, by name', async () => {
    const { message } = await expectError('CONFIG_SETTINGS_INVALID', () =>
      load(password.replace('the key', 'another')),
    );
    expect(message).to.equal(
      '`spring.cloud.config.server.git.password` (application.yml line 1) is a {cipher} value that cannot be decrypted by the keys of the section `encryption`',
    );
  });

  it('are empty instead where that is wanted, so that no ciphertext is used as a password', async () => {
    const { settings } = await load(`${password.replace('the key', 'another')}encrypt.fail-on-error: false\n`);
    expect(settings.sources[0]).to.deep.include({ credentials: { username: null, password: null, token: null } });
  });

  it('say first what is wrong with the settings of the keys', async () => {
    const { message } = await expectError('CONFIG_SETTINGS_INVALID', () => load(`${password}encrypt.salt: zz\n`));
    expect(message).to.contain('`encrypt.salt`').and.not.contain('{cipher}');
  });

  it('let an error through that is none of theirs', async () => {
    const config = await folder.write('application.yml', password);
    const broken: SettingsDecryption = () => Promise.resolve(() => Promise.reject(new TypeError('a bug')));
    const failed = loadSettings({ config, environment: {} }, broken);
    expect(await failed.catch((error: unknown) => String(error))).to.equal('TypeError: a bug');
  });
});
