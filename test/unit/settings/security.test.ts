import { expect } from 'chai';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import type { SettingsFolder } from '../../support/settings-folder.js';
import { securityModeOf } from '#server/settings/security-check.js';
import type { SecuritySettings } from '#server/settings/sections/security.js';

const hash = `sha256$${'A'.repeat(43)}`;
const uri = 'spring.cloud.config.server.git.uri: /srv/config\n';

describe('the settings of security', () => {
  let folder: SettingsFolder;
  before(async () => (folder = await aSettingsFolder()));
  after(() => folder.remove());

  async function security(text: string): Promise<SecuritySettings> {
    const source = 'sources: [{ type: git, uri: /srv/config }]\n';
    return (await folder.load('cairn.yml', `${source}security:\n  ${text}\n`)).settings.security;
  }
  const problem = async (text: string): Promise<string> =>
    (await expectError('CONFIG_SETTINGS_INVALID', () => security(text))).message;

  it('take users and tokens', async () => {
    const text = `basic: { users: [{ name: ann, password-hash: "scrypt$x", roles: [reader, admin] }] }
  tokens: { entries: [{ id: abcd, name: CI of orders, hash: ${hash}, expires: "2027-01-31" }, { id: efgh, name: x, hash: ${hash} }] }`;
    const { basic, tokens } = await security(text);
    expect(basic.users).to.deep.equal([{ name: 'ann', 'password-hash': 'scrypt$x', roles: ['reader', 'admin'] }]);
    expect(tokens.entries).to.deep.equal([
      { id: 'abcd', name: 'CI of orders', hash, roles: ['reader'], expires: Date.UTC(2027, 0, 31) },
      { id: 'efgh', name: 'x', hash, roles: ['reader'], expires: null },
    ]);
  });

  it('are configured where any scheme is written, and may then listen anywhere', async () => {
    expect(securityModeOf(await security('realm: x'))).to.equal(null);
    expect(securityModeOf(await security('mode: none'))).to.equal('none');
    const entry = `{ tokens: { entries: [{ id: abcd, name: x, hash: ${hash} }] } }`;
    const text = `server.host: 0.0.0.0\nsources: [{ type: git, uri: /srv/config }]\nsecurity: ${entry}\n`;
    const { settings } = await folder.load('cairn.yml', text);
    expect(securityModeOf(settings.security)).to.equal('configured');
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    [
      'a role that there is not',
      `tokens: { entries: [{ id: abcd, name: x, hash: ${hash}, roles: [root] }] }`,
      'a list of reader, operator, encryptor, auditor, admin, not',
    ],
    [
      'an end that is no date',
      `tokens: { entries: [{ id: abcd, name: x, hash: ${hash}, expires: "31.1.2027" }] }`,
      'a date or a time with its zone',
    ],
    [
      'an end that no calendar has',
      `tokens: { entries: [{ id: abcd, name: x, hash: ${hash}, expires: "2027-13-31" }] }`,
      '"2027-13-31"',
    ],
    ['an id of other letters', `tokens: { entries: [{ id: AB, name: x, hash: ${hash} }] }`, 'the id within a token'],
    [
      'a hash of another form',
      'tokens: { entries: [{ id: abcd, name: x, hash: canary }] }',
      'takes what `cairn token create`',
    ],
    ['a name with a colon', 'basic: { users: [{ name: "a:b", password-hash: scrypt$ }] }', 'without colons'],
    ['a name with NUL', 'basic: { users: [{ name: "a\\0b", password-hash: scrypt$ }] }', 'control characters'],
    [
      'a password in place of its hash',
      'basic: { users: [{ name: ann, password-hash: canary }] }',
      'cairn password hash',
    ],
    ['no hash', 'basic: { users: [{ name: ann }] }', 'password-hash` is missing'],
    ['a realm with a quote', "realm: 'a\"b'", 'letters, digits, blanks'],
    [
      'mode none beside a scheme',
      `mode: none\n  tokens: { entries: [{ id: abcd, name: x, hash: ${hash} }] }`,
      'leave one of them out',
    ],
    ['mode configured without a scheme', 'mode: configured', 'needs a way to authenticate'],
    [
      'two tokens of one id',
      `tokens: { entries: [{ id: abcd, name: x, hash: ${hash} }, { id: abcd, name: y, hash: ${hash} }] }`,
      'the id "abcd" is there twice',
    ],
    [
      'two users of one name',
      'basic: { users: [{ name: J\u00fcrgen, password-hash: scrypt$ }, { name: Ju\u0308rgen, password-hash: scrypt$ }] }',
      'is there twice',
    ],
    [
      'certificates that TLS does not ask for',
      'certificates: { entries: [{ identity: "dns:x" }] }',
      '`security.certificates` needs client certificates',
    ],
    ['a gateway without mutual TLS', 'gateway: { header: X-User }', '`security.gateway` needs client certificates'],
    ['a user without a password', 'user: { name: root }', 'none is made up'],
  ];
  for (const [what, text, told] of wrong) {
    it(`are refused with ${what}`, async () => {
      expect(await problem(text))
        .to.contain(told)
        .and.not.to.contain('canary');
    });
  }

  it('have the user of the reference’s names, with the roles that mean something here', async () => {
    const load = async (more: string): Promise<SecuritySettings['user']> =>
      (await folder.load('application.yml', `${uri}spring.security.user.password: canary\n${more}`)).settings.security
        .user;
    const roles = ['reader', 'operator', 'encryptor'];
    expect(await load('')).to.deep.equal({ name: 'user', password: 'canary', roles });
    expect(await load('spring.security.user: { name: root, roles: "USER, ACTUATOR" }\n'))
      .to.include({ name: 'root' })
      .and.deep.include({ roles });
    expect(await load('spring.security.user.roles: [USER, ROLE_ADMIN]\n')).to.deep.include({ roles: ['admin'] });
    expect(await load('spring.security.user.roles: Reader,auditor\n')).to.deep.include({
      roles: ['reader', 'auditor'],
    });
    const environment = { SPRING_SECURITY_USER_NAME: 'env', SPRING_SECURITY_USER_PASSWORD: 'other' };
    const { settings } = await folder.load('application.yml', uri, { environment });
    expect(settings.security.user).to.deep.equal({ name: 'env', password: 'other', roles });
  });
});
