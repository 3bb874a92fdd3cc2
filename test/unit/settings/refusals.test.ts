import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const source = 'sources: [{type: git, uri: "https://git.example.com/shop.git"}]\n';
const server = 'spring.cloud.config.server';

interface Refusal {
  readonly what: string;
  readonly text: string;
  readonly says: string;
  readonly name?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const refusals: readonly Refusal[] = [
  {
    what: 'one value for a section',
    text: `${source}server: 8080\n`,
    says: '`server` (cairn.yml line 2) takes a section with settings of its own, not one value',
  },
  {
    what: 'a fraction for a whole number',
    text: `${source}server: {port: 80.5}\n`,
    says: 'takes a whole number',
  },
  {
    what: 'an empty value',
    text: `${source}server: {host: ""}\n`,
    says: 'not an empty value',
  },
  {
    what: 'a long value, of which it shows the beginning',
    text: `${source}server: {port: ${'x'.repeat(200)}}\n`,
    says: `${'x'.repeat(80)}…`,
  },
  {
    what: 'a duration without a unit',
    text: `${source}serving: {stale-limit: 30 apples}\n`,
    says: 'not the text "30 apples"',
  },
  {
    what: 'a duration of a refresh that is none',
    text: 'sources: [{type: git, uri: a, refresh-interval: sometimes}]\n',
    says: 'or never, not the text "sometimes"',
  },
  {
    what: 'a size without a unit',
    text: `${source}limits: {file: many}\n`,
    says: 'not the text "many"',
  },
  {
    what: 'a value below a value',
    text: `${source}server: {port: {number: 1}}\n`,
    says: '`server.port.number`',
  },
  {
    what: 'a word where a list has numbers',
    text: 'sources: {first: {type: git}}\n',
    says: '`sources.first.type`',
  },
  {
    what: 'a file that is too long',
    text: `${source}# ${'x'.repeat(1024 * 1024)}\n`,
    says: 'has more than 1 MiB',
  },
  {
    what: 'a secret file that is not there',
    text: 'sources: [{type: git, uri: a, credentials: {password-file: /nowhere/password}}]\n',
    says: 'names a file that cannot be read: it does not exist',
  },
  {
    what: 'a secret beside its file',
    text: 'sources: [{type: git, uri: a, credentials: {password: x, password-file: /nowhere/password}}]\n',
    says: 'which is given beside it',
  },
  {
    what: 'an endless secret file',
    text: 'sources: [{type: git, uri: a, credentials: {password-file: /dev/zero}}]\n',
    says: 'names a file of more than 1048576 bytes',
  },
  {
    what: 'a folder in place of a secret file',
    text: 'sources: [{type: git, uri: a, credentials: {password-file: /}}]\n',
    says: 'cannot be read: it is a folder',
  },
  {
    what: 'text for a whole number in the environment',
    text: source,
    environment: { CAIRN_SERVER__PORT: 'eighty' },
    says: '`CAIRN_SERVER__PORT` (the environment) takes a whole number',
  },
];

describe('settings', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  for (const { what, text, says, name = 'cairn.yml', environment = {} } of refusals) {
    it(`are refused with ${what}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => folder.load(name, text, { environment }));
      expect(error.message).to.contain(says);
    });
  }

  it('name the setting of the backend that was not chosen', async () => {
    const text = `spring.profiles.active: native\n${server}.native.search-locations: file:/srv/config\n${server}.git.uri: x\n`;
    const { settings, notices } = await folder.load('application.yml', text);
    expect(settings.sources[0]?.type).to.equal('native');
    expect(notices.join('\n')).to.contain('`spring.profiles.active` chooses native');
  });

  it('take a switched-off feature that is not supported', async () => {
    const text = `${server}.git.uri: https://git.example.com/shop.git\nserver.ssl.enabled: false\n`;
    const { settings } = await folder.load('application.yml', text);
    expect(settings.sources).to.have.length(1);
  });

  it('take empty sections, lists and texts of the environment as not said', async () => {
    const text = `${source}server:\nhealth: {repositories: []}\n`;
    const environment = { CAIRN_SERVING__DEFAULT_LABEL: '' };
    const { settings } = await folder.load('cairn.yml', text, { environment });
    expect(settings.serving['default-label']).to.equal(null);
  });
});
