import { expect } from 'chai';
import { loadOn } from '#sdk/load-on.js';
import { formatDuration, parseDuration } from '#sdk/options/duration.js';
import { parseOptions } from '#sdk/options/parse-options.js';
import { expectError } from '../../support/expect-error.js';
import { FakePlatform } from '../../support/fake-platform.js';
import { anEnvironment } from '../../support/wire-answer.js';

const platform = new FakePlatform(() => anEnvironment());
const required = { url: 'http://config:8888', application: 'orders' };

const refused: readonly (readonly [string, unknown, string])[] = [
  ['no options', undefined, 'load(options) must be an object, not undefined.'],
  [
    'an unknown option',
    { ...required, profile: 'x' },
    "load(options) has no option 'profile'. Did you mean 'profiles'?",
  ],
  [
    'an option far from any other',
    { ...required, refresh: { everySoOften: 1 } },
    "refresh has no option 'everySoOften'. It takes interval, staleAfter.",
  ],
  ['a missing application', { url: 'http://config' }, 'application must be a text that is not empty, not undefined.'],
  [
    'an application that climbs',
    { ...required, application: 'a/../b' },
    `application "a/../b" holds '..', '#', '\\' or a control character, or begins with '-', '.', '/' or '(_)'.`,
  ],
  ['an empty profile', { ...required, profiles: ['a', ''] }, 'profiles[1] must be a text that is not empty, not "".'],
  ['no profile', { ...required, profiles: [] }, 'profiles must be a text or a list of texts.'],
  [
    'a label that begins with a hyphen',
    { ...required, label: '-x' },
    `label "-x" holds '..', '#', '\\' or a control character, or begins with '-', '.', '/' or '(_)'.`,
  ],
  [
    'another scheme',
    { ...required, url: 'ftp://config' },
    'url is not a URL that begins with http:// or https://, such as http://127.0.0.1:8888.',
  ],
  [
    'a URL with a query',
    { ...required, url: 'http://u:hunter2@config/?a=b' },
    'url (http://config) has a query or a fragment; give the base URL of the server alone.',
  ],
  [
    'a duration without unit',
    { ...required, timeout: '5' },
    `timeout must be a number of milliseconds or a text such as '250ms', '5s' or '1m', not "5".`,
  ],
  [
    'an interval that is surely meant as seconds',
    { ...required, refresh: { interval: 30 } },
    'refresh.interval must be from 100ms to 86400s, not 30.',
  ],
  [
    'a schema that is none',
    { ...required, schema: { parse() {} } },
    "schema must be a Standard Schema, version 1: an object or function with a '~standard' property.",
  ],
  [
    'credentials that are none',
    { ...required, auth: 'hunter2' },
    'auth must be made by basic(user, password), bearer(() => token), apiToken(token) or clientCredentials(options).',
  ],
  ['a list as fallback', { ...required, fallback: [] }, 'fallback must be an object, not a list.'],
  ['a signal that is none', { ...required, signal: {} }, 'signal must be an AbortSignal, not a value of type object.'],
  ['a canApply that is none', { ...required, canApply: true }, 'canApply must be a function, not true.'],
  ['another form of secrets', { ...required, secrets: 'hide' }, `secrets must be 'plain' or 'wrap', not "hide".`],
  ['another bigint', { ...required, bigint: 'never' }, `bigint must be 'auto', 'always' or 'string', not "never".`],
  [
    'a text for a switch',
    { ...required, placeholders: { environment: 'yes' } },
    'placeholders.environment must be true or false, not "yes".',
  ],
  ['headers that are none', { ...required, headers: 'a: b' }, 'headers must be an object of texts, not "a: b".'],
  [
    'a header with a line break',
    { ...required, headers: { 'x-config-token': 'hunter2\r\nx: y' } },
    "headers['x-config-token'] must be a text without line breaks and other characters that no header can carry.",
  ],
  ['a header with a blank', { ...required, headers: { 'a b': 'c' } }, "headers['a b'] is not the name of a header."],
  ['a header of ours', { ...required, headers: { Accept: '*/*' } }, "headers['Accept'] is set by the client itself."],
];

describe('sdk: options', () => {
  for (const [title, options, message] of refused) {
    it(`refuses ${title}, naming what would be taken and no credentials`, async () => {
      const error = await expectError('CONFIG_OPTIONS_INVALID', () => parseOptions(options, platform));
      expect(error.message).to.equal(message);
      expect(error.message).not.to.include('hunter2');
    });
  }

  it('refuses credentials given twice', async () => {
    const options = {
      ...required,
      auth: { headers: () => Promise.resolve({}) },
      headers: { Authorization: 'Basic x' },
    };
    const error = await expectError('CONFIG_OPTIONS_INVALID', () => parseOptions(options, platform));
    expect(error.message).to.equal('Give either auth or headers.authorization.');
  });

  it('rejects the promise of load, and throws nothing at once', async () => {
    const promise = loadOn(platform, { application: '' });
    await expectError('CONFIG_OPTIONS_INVALID', () => promise);
  });

  it('fills in the defaults', () => {
    expect(parseOptions(required, platform)).to.deep.equal({
      servers: [{ base: 'http://config:8888' }],
      application: 'orders',
      profiles: ['default'],
      label: undefined,
      instance: 'the-uuid',
      headers: {},
      auth: undefined,
      tls: undefined,
      schema: undefined,
      fallback: undefined,
      interval: 30_000,
      staleAfter: 90_000,
      timeout: 5_000,
      signal: undefined,
      canApply: undefined,
      bigint: 'auto',
      secrets: 'plain',
      environmentPlaceholders: false,
    });
  });

  it('takes the id of the instance', () => {
    expect(parseOptions({ ...required, instance: 'orders-7d9f:a.b_1' }, platform).instance).to.equal(
      'orders-7d9f:a.b_1',
    );
  });

  for (const instance of ['', 'a b', 'a,b', 'x'.repeat(129), 7]) {
    it(`refuses ${JSON.stringify(instance)} as the id of an instance`, async () => {
      const error = await expectError('CONFIG_OPTIONS_INVALID', () =>
        parseOptions({ ...required, instance }, platform),
      );
      expect(error.message).to.match(/^instance must be a text of 1 to 128 letters, digits and "_\.:-", not /);
    });
  }

  it('takes texts with commas for lists, and no polling', () => {
    const { servers, profiles, interval, staleAfter } = parseOptions(
      { ...required, url: 'http://a, https://b:8443/config/', profiles: 'prod, eu', refresh: false },
      platform,
    );
    expect(servers).to.deep.equal([{ base: 'http://a' }, { base: 'https://b:8443/config' }]);
    expect({ profiles, interval, staleAfter }).to.deep.equal({
      profiles: ['prod', 'eu'],
      interval: false,
      staleAfter: Infinity,
    });
  });

  it('takes the servers from CONFIG_SERVER_URL where the option is left out', async () => {
    const configured = new FakePlatform(() => anEnvironment());
    configured.variables.set('CONFIG_SERVER_URL', 'http://one,http://two');
    expect(parseOptions({ application: 'orders' }, configured).servers).to.deep.equal([
      { base: 'http://one' },
      { base: 'http://two' },
    ]);
    const error = await expectError('CONFIG_OPTIONS_INVALID', () => parseOptions({ application: 'orders' }, platform));
    expect(error.message).to.equal(
      "No server: give the option url, such as 'http://127.0.0.1:8888', or set CONFIG_SERVER_URL.",
    );
  });

  it('takes a limit of staleness of its own', () => {
    const { staleAfter } = parseOptions({ ...required, refresh: { staleAfter: '10m' } }, platform);
    expect(staleAfter).to.equal(600_000);
  });

  it('keeps the credentials of a URL apart from it, and as they are where they are badly encoded', () => {
    const { servers } = parseOptions(
      { ...required, url: ['http://us%40er:p%3Aw@config', 'http://:only%@config'] },
      platform,
    );
    expect(servers).to.deep.equal([
      { base: 'http://config', authorization: `Basic ${btoa('us@er:p:w')}` },
      { base: 'http://config', authorization: `Basic ${btoa('user:only%')}` },
    ]);
  });
});

describe('sdk: durations', () => {
  const durations: readonly (readonly [unknown, number | undefined])[] = [
    ['250ms', 250],
    ['5s', 5_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    [42, 42],
    ['5', undefined],
    ['5 s', undefined],
    ['-5s', undefined],
    ['1d', undefined],
    [-1, undefined],
    [NaN, undefined],
    [null, undefined],
  ];
  for (const [value, milliseconds] of durations) {
    it(`takes ${String(value)} as ${milliseconds === undefined ? 'none' : `${milliseconds} ms`}`, () => {
      expect(parseDuration(value)).to.equal(milliseconds);
    });
  }

  it('writes milliseconds in the shortest form', () => {
    expect([formatDuration(5_000), formatDuration(250), formatDuration(2_500.4)]).to.deep.equal([
      '5s',
      '250ms',
      '2500ms',
    ]);
  });
});
