import { expect } from 'chai';

import type { GitSourceSettings, SourceSettings } from '#server/settings/sections/sources.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';

const server = 'spring.cloud.config.server';
const placeOf = (source: SourceSettings): string => {
  if (source.type === 'vault') return `vault ${source.host}`;
  return `${source.type} ${source.type === 'git' ? source.uri : source['search-locations'].join()}`;
};

describe("sources by the reference server's names", () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  const load = (lines: readonly string[], environment: Record<string, string> = {}) =>
    folder.load('application.properties', `${lines.join('\n')}\n`, { environment });
  const placesOf = async (lines: readonly string[], environment?: Record<string, string>) =>
    (await load(lines, environment)).settings.sources.map(placeOf);
  const repositoriesOf = async (lines: readonly string[], environment?: Record<string, string>) =>
    ((await load(lines, environment)).settings.sources[0] as GitSourceSettings).repositories;

  it('are the entries of a composite, in the order of the list', async () => {
    const lines = [
      'spring.profiles.active=composite',
      `${server}.composite[0].type=git`,
      `${server}.composite[0].uri=/two`,
      `${server}.composite[0].default-label=release`,
      `${server}.composite[1].type=Native`,
      `${server}.composite[1].searchLocations=file:/conf`,
      `${server}.composite[1].addLabelLocations=false`,
      `${server}.fail-on-composite-error=false`,
    ];
    const { settings, notices } = await load(lines);
    expect(settings.sources.map(placeOf)).to.deep.equal(['git /two', 'native file:/conf']);
    expect(settings.sources.map(({ name }) => name)).to.deep.equal(['1-git', '2-native']);
    expect(settings.sources[0]).to.include({ 'default-label': 'release' });
    expect(settings.sources[1]).to.include({ 'add-label-locations': false });
    expect([settings.serving['fail-on-composite-error'], notices]).to.deep.equal([false, []]);
  });

  it('are ordered by `order` where entries have one, else by position', async () => {
    const lines = [
      'spring.profiles.active=composite',
      ...['/a', '/b', '/c'].flatMap((uri, at) => [
        `${server}.composite[${at}].type=git`,
        `${server}.composite[${at}].uri=${uri}`,
      ]),
      `${server}.composite[0].order=10`,
      `${server}.composite[2].order=-1`,
    ];
    expect(await placesOf(lines)).to.deep.equal(['git /c', 'git /b', 'git /a']);
  });

  it('are those of all active profiles, by their order, native before git without', async () => {
    const lines = [
      'spring.profiles.active=git,native',
      `${server}.git.uri=/g`,
      `${server}.native.search-locations=file:/n`,
    ];
    expect(await placesOf(lines)).to.deep.equal(['native file:/n', 'git /g']);
    expect(await placesOf([...lines, `${server}.git.order=1`])).to.deep.equal(['git /g', 'native file:/n']);
  });

  it('are missing by name where an active profile has no settings', async () => {
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      load(['spring.profiles.active=git,native', `${server}.git.uri=/g`]),
    );
    expect(error.message).to.contain('search-locations');
  });

  it('are refused where a composite has a type that there is not, or none', async () => {
    const lines = [
      'spring.profiles.active=composite',
      `${server}.composite[0].type=redis`,
      `${server}.composite[1].uri=/x`,
    ];
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => load(lines));
    expect(error.message)
      .to.contain(`\`${server}.composite[0].type\``)
      .and.contain('the backend "redis" is not supported; git, native and vault are')
      .and.contain(`\`${server}.composite[1].type\` is missing; it takes git, native or vault`);
  });

  it('are refused with an order that is no number', async () => {
    const lines = [`${server}.git.uri=/g`, `${server}.git.order=first`];
    const error = await expectError('CONFIG_SETTINGS_INVALID', () => load(lines));
    expect(error.message).to.contain('takes a whole number, not "first"');
  });

  it('leave a composite alone whose profile is not active, and say so', async () => {
    const lines = [`${server}.git.uri=/g`, `${server}.composite[0].type=vault`];
    const { settings, notices } = await load(lines);
    expect(settings.sources.map(placeOf)).to.deep.equal(['git /g']);
    expect(notices).to.deep.equal([
      `\`${server}.composite[0].type\`: it belongs to the backend composite, and \`spring.profiles.active\` chooses git`,
    ]);
  });

  it('have repositories by pattern: lists, one line, inherited settings', async () => {
    const lines = [
      `${server}.git.uri=/g`,
      `${server}.git.timeout=9`,
      `${server}.git.username=ann`,
      `${server}.git.password=canary`,
      `${server}.git.repos.simple=https://git.example.com/simple`,
      `${server}.git.repos.team-A.pattern=team-*,*/team`,
      `${server}.git.repos.team-A.uri=/teams/{application}`,
      `${server}.git.repos.team-A.searchPaths[0]=a`,
      `${server}.git.repos.team-A.cloneOnStart=true`,
      `${server}.git.repos[with.dot].uri=/dot`,
      `${server}.git.repos[with.dot].refresh-rate=60`,
    ];
    const repositories = await repositoriesOf(lines);
    expect(repositories.map(({ name, pattern, uri, timeout }) => ({ name, pattern, uri, timeout }))).to.deep.equal([
      { name: 'simple', pattern: ['simple'], uri: 'https://git.example.com/simple', timeout: 9000 },
      { name: 'team-A', pattern: ['team-*', '*/team'], uri: '/teams/{application}', timeout: 9000 },
      { name: 'with.dot', pattern: ['with.dot'], uri: '/dot', timeout: 9000 },
    ]);
    expect(repositories.map((one) => one['refresh-interval'])).to.deep.equal([30_000, 30_000, 60_000]);
    expect(repositories[1]).to.deep.include({ 'search-paths': ['a'] });
    expect(repositories[0]?.credentials).to.deep.include({ username: 'ann', password: 'canary' });
  });

  it('have repositories in YAML, with keys and lists as the file spells them', async () => {
    const text = `spring.cloud.config.server.git:
  uri: /g
  continue-on-multiple-label-failure: true
  repos:
    Team_X: { name: x-team, pattern: [a, b*/c], uri: /x }
    __proto__: /p
`;
    const { settings } = await folder.load('application.yml', text);
    const source = settings.sources[0] as GitSourceSettings;
    expect(source['continue-on-multiple-label-failure']).to.equal(true);
    expect(source.repositories.map(({ name, pattern, uri }) => [name, pattern, uri])).to.deep.equal([
      ['x-team', ['a', 'b*/c'], '/x'],
      ['__proto__', ['__proto__'], '/p'],
    ]);
  });

  it('have what is ours alone under cairn:, handed down to their repositories', async () => {
    const lines = [
      `${server}.git.uri=/g`,
      `${server}.git.repos.team.uri=/team`,
      'cairn.sources[0].fallback-to-default=true',
      'cairn.sources[0].name=shop',
    ];
    const { settings } = await load(lines);
    expect(settings.sources[0]).to.deep.include({ name: 'shop', 'fallback-to-default': true });
    expect((await repositoriesOf(lines))[0]).to.deep.include({ name: 'team', 'fallback-to-default': true });
  });

  it('have repositories in an entry of a composite', async () => {
    const lines = [
      'spring.profiles.active=composite',
      `${server}.composite[0].type=git`,
      `${server}.composite[0].uri=/g`,
      `${server}.composite[0].repos.team.uri=/team`,
    ];
    expect((await repositoriesOf(lines)).map(({ name, uri }) => [name, uri])).to.deep.equal([['team', '/team']]);
  });

  it('take variables for entries and repositories, over what the file says', async () => {
    const lines = [
      'spring.profiles.active=composite',
      `${server}.composite[0].type=git`,
      `${server}.composite[0].uri=/g`,
      `${server}.composite[0].repos.team-a.uri=/team`,
    ];
    const environment = {
      SPRING_CLOUD_CONFIG_SERVER_COMPOSITE_0_URI: '/variable',
      SPRING_CLOUD_CONFIG_SERVER_COMPOSITE_0_REPOS_TEAMA_SEARCHPATHS_0: 'x',
      SPRING_CLOUD_CONFIG_SERVER_COMPOSITE_0_REPOS_NEW_URI: '/new',
    };
    expect(await placesOf(lines, environment)).to.deep.equal(['git /variable']);
    const repositories = await repositoriesOf(lines, environment);
    expect(repositories.map(({ name, uri }) => [name, uri])).to.deep.equal([
      ['team-a', '/team'],
      ['new', '/new'],
    ]);
    expect(repositories[0]).to.deep.include({ 'search-paths': ['x'] });
  });

  it('say by name what of an entry or a repository has no effect', async () => {
    const lines = [
      `${server}.git.uri=/g`,
      `${server}.git.repos.team.uri=/team`,
      `${server}.git.repos.team.basedir=/tmp/x`,
      `${server}.git.repos.team.strange=1`,
    ];
    expect((await load(lines)).notices).to.deep.equal([
      `\`${server}.git.repos.team.basedir\`: all mirrors are in the data directory`,
      `not supported, without effect: \`${server}.git.repos.team.strange\``,
    ]);
  });
});
