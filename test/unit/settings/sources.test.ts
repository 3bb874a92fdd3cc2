import { expect } from 'chai';

import type { GitSourceSettings } from '#server/settings/sections/sources.js';
import type { LoadedSettings } from '#server/settings/load.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const gitSource = ({ settings }: LoadedSettings): GitSourceSettings => settings.sources[0] as GitSourceSettings;

describe('sources in cairn.yml', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());
  const messageOf = async (text: string): Promise<string> =>
    (await expectError('CONFIG_SETTINGS_INVALID', () => folder.load('cairn.yml', text))).message;

  it('are named by position and type where there are several, unless they have a name', async () => {
    const text =
      'sources:\n  - { type: git, uri: /a }\n  - { type: native, search-locations: [/b] }\n  - { type: git, uri: /c, name: shared }\n';
    const { settings } = await folder.load('cairn.yml', text);
    expect(settings.sources.map(({ name }) => name)).to.deep.equal(['1-git', '2-native', 'shared']);
  });

  it('may have no name twice', async () => {
    const text =
      'sources:\n  - { type: git, uri: /a, name: x, repositories: [{ name: a, uri: /a }, { name: b, uri: /b }, { name: a, uri: /c }] }\n  - { type: git, uri: /b, name: x }\n';
    expect(await messageOf(text))
      .to.contain('`sources[1].name` takes a name of its own; "x" is that of `sources[0]`')
      .and.contain(
        '`sources[0].repositories[2].name` takes a name of its own; "a" is that of `sources[0].repositories[0]`',
      );
  });

  it('hand down to their repositories what those leave unset, and nothing else', async () => {
    const text = `sources:
  - type: git
    uri: https://git.example.com/shop/config.git
    timeout: 7s
    refresh-interval: 1m
    clone-timeout: 2m
    skip-tls-verification: true
    fallback-to-default: true
    default-label: release
    search-paths: [common]
    credentials: { username: ann, password: canary }
    repositories:
      - { name: all, uri: "https://git.example.com/all.git" }
      - name: own
        uri: https://git.example.com/own.git
        timeout: 1s
        refresh-interval: never
        fallback-to-default: false
        credentials: { token: mine }
      - { name: authenticated, uri: "https://bob:secret@git.example.com/x.git" }
`;
    const [all, own, authenticated] = gitSource(await folder.load('cairn.yml', text)).repositories;
    expect(all).to.deep.include({
      timeout: 7000,
      'refresh-interval': 60_000,
      'clone-timeout': 120_000,
      'skip-tls-verification': true,
      'fallback-to-default': true,
      'default-label': null,
      'search-paths': [],
      pattern: [],
      credentials: { username: 'ann', password: 'canary', token: null },
    });
    expect(own).to.deep.include({
      timeout: 1000,
      'refresh-interval': null,
      'fallback-to-default': false,
      credentials: { username: null, password: null, token: 'mine' },
    });
    expect(authenticated?.credentials).to.deep.equal({ username: null, password: null, token: null });
  });

  it('say once of a wrong value that repositories inherit', async () => {
    const text = 'sources: [{ type: git, uri: /a, timeout: soon, repositories: [{ name: b, uri: /b }] }]\n';
    expect(await messageOf(text)).to.match(/^`sources\[0\]\.timeout`.*"soon"$/);
  });

  it('name what a repository lacks, and refuse what is not one of its settings', async () => {
    expect(await messageOf('sources: [{ type: git, uri: /a, repositories: [{ pattern: [x] }] }]\n'))
      .to.contain('`sources[0].repositories[0].name`')
      .and.contain('`sources[0].repositories[0].uri`');
    expect(
      await messageOf('sources: [{ type: git, uri: /a, repositories: [{ name: b, uri: /b, type: git }] }]\n'),
    ).to.contain('`sources[0].repositories[0].type`');
  });

  it('have repositories only where they are of the type git', async () => {
    const text = 'sources: [{ type: native, search-locations: [/a], repositories: [{ name: b, uri: /b }] }]\n';
    expect(await messageOf(text)).to.equal('`sources[0].repositories` is not a setting of a source of type native');
  });

  it('are a hundred at most', async () => {
    const text = `sources:\n${'  - { type: git, uri: /a }\n'.repeat(101)}`;
    expect(await messageOf(text)).to.equal('`sources` has more than 100 elements');
  });

  it('are taken from the environment, repositories too', async () => {
    const environment = {
      CAIRN_SOURCES__0__TYPE: 'git',
      CAIRN_SOURCES__0__URI: '/a',
      CAIRN_SOURCES__0__REPOSITORIES__0__NAME: 'team',
      CAIRN_SOURCES__0__REPOSITORIES__0__URI: '/team',
      CAIRN_SOURCES__0__REPOSITORIES__0__PATTERN: 'team-*,*/team',
    };
    const { repositories } = gitSource(await folder.load('cairn.yml', '', { environment }));
    expect(repositories[0]).to.deep.include({ name: 'team', uri: '/team', pattern: ['team-*', '*/team'] });
  });

  it('may have thousands of repositories and patterns', async () => {
    const names = Array.from({ length: 2000 }, (_, at) => `team-${at}`);
    const lines = names.map(
      (name) => `      - { name: ${name}, uri: /srv/${name}, pattern: ["${name}-*", "*/${name}"] }`,
    );
    const text = `sources:\n  - type: git\n    uri: /a\n    timeout: 1s\n    repositories:\n${lines.join('\n')}\n`;
    const { repositories } = gitSource(await folder.load('cairn.yml', text));
    expect(repositories.map(({ name, timeout }) => `${name} ${timeout}`)).to.deep.equal(
      names.map((name) => `${name} 1000`),
    );
  });
});
