import { expect } from 'chai';

import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const server = 'spring.cloud.config.server';
const secret = 'CANARY-key';

describe('settings for SSH', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  it('are taken by the reference’s names', async () => {
    const names = [
      `${server}.git.uri=git@git.example.com:shop/config.git`,
      `${server}.git.ignore-local-ssh-settings=true`,
      `${server}.git.privateKey=${secret}`,
      `${server}.git.passphrase=words`,
      `${server}.git.host-key=AAAA`,
      `${server}.git.hostKeyAlgorithm=ssh-rsa`,
      `${server}.git.strict-host-key-checking=false`,
      `${server}.git.preferred-authentications=publickey`,
    ];
    const { settings, notices } = await folder.load('application.properties', names.join('\n'));

    expect(settings.sources[0]).to.have.property('ssh').that.deep.equals({
      'private-key': secret,
      passphrase: 'words',
      'known-hosts': null,
      'host-key': 'AAAA',
      'host-key-algorithm': 'ssh-rsa',
      'strict-host-key-checking': false,
      'ignore-local-settings': true,
      'preferred-authentications': 'publickey',
    });
    expect(notices).to.deep.equal([]);
  });

  it('take known hosts and keys from files, by the reference’s names and by ours', async () => {
    const hosts = await folder.write('known_hosts', 'h ssh-rsa AAAA\n');
    const key = await folder.write('key', `${secret}\n`);
    const theirs = await folder.load(
      'application.yml',
      `${server}.git: { uri: "git@h:a", known-hosts-file: ${JSON.stringify(hosts)} }`,
    );
    const variables = { CAIRN_SOURCES__0__SSH__PRIVATE_KEY_FILE: key };
    const ours = await folder.load(
      'cairn.yml',
      `sources: [{ type: git, uri: "git@h:a", ssh: { known-hosts-file: ${JSON.stringify(hosts)} } }]`,
      { environment: variables },
    );

    expect(theirs.settings.sources[0]).to.have.property('ssh').that.includes({ 'known-hosts': 'h ssh-rsa AAAA' });
    expect(ours.settings.sources[0])
      .to.have.property('ssh')
      .that.includes({ 'known-hosts': 'h ssh-rsa AAAA', 'private-key': secret });
  });

  it('are inherited by repositories chosen by pattern, but for the host key', async () => {
    const text = `sources:
  - type: git
    uri: git@h:a
    ssh: { private-key: ${secret}, host-key: AAAA, host-key-algorithm: ssh-rsa, known-hosts: h ssh-rsa AAAA }
    repositories: [{ name: team, pattern: ["team/*"], uri: "git@other:b", ssh: { known-hosts: other ssh-rsa AAAA } }]
`;
    const { settings } = await folder.load('cairn.yml', text);
    const [source] = settings.sources;

    expect(source?.type === 'git' ? source.repositories[0]?.ssh : undefined).to.include({
      'private-key': secret,
      'host-key': null,
      'host-key-algorithm': null,
      'known-hosts': 'other ssh-rsa AAAA',
    });
  });

  it('are not echoed where they are of another type', async () => {
    const text = `sources: [{ type: git, uri: "git@h:a", ssh: { private-key: [${secret}] } }]\n`;
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', text));

    expect(error.message).to.include('sources[0].ssh.private-key').and.not.include(secret);
  });
});
