import { expect } from 'chai';
import { parseCredentialsFile } from '#server/settings/credentials-file.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const secret = 'CaNaRy_'.repeat(7).slice(0, 43);
const hash = `sha256$${secret}`;
const scrypt = `scrypt$32768$8$2$${'A'.repeat(22)}$${'B'.repeat(43)}`;
const token = { id: 'abcd', name: 'ci', hash };
const none = { tokens: { entries: [] }, basic: { users: [] }, user: { name: 'user', password: null, roles: [] } };
const parse = (text: string, settings: Parameters<typeof parseCredentialsFile>[2] = none) =>
  parseCredentialsFile('/etc/cairn/people.yml', Buffer.from(text), settings);

describe('a credentials file, as settings', () => {
  const cleanups = createCleanups();
  let folder: SettingsFolder;
  beforeEach(async () => (folder = cleanups.add(await aSettingsFolder())));
  afterEach(() => cleanups.run());

  const load = async (security: object) =>
    (await folder.load('cairn.json', JSON.stringify({ sources: [{ type: 'git', uri: '/x' }], security }))).settings;

  it('is named by security.credentials-file, which is a way to authenticate by itself', async () => {
    expect((await load({})).security['credentials-file']).to.equal(null);
    const rules = [{ name: 'all', principals: ['*'], applications: ['*'] }];
    const { security } = await load({ 'credentials-file': 'people.yml', policy: { rules } });
    expect(security['credentials-file']).to.equal('people.yml');
    const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
      load({ mode: 'none', 'credentials-file': 'people.yml' }),
    );
    expect(error.message).to.include('`security.credentials-file` says who may come');
  });

  it('has the entries that the settings would have, in YAML or JSON', async () => {
    const users = [{ name: 'ann', 'password-hash': scrypt, roles: ['admin'] }];
    const tokens = [token, { ...token, id: 'efgh', roles: ['operator'], expires: '2027-01-31' }];
    const { security } = await load({ tokens: { entries: tokens }, basic: { users } });
    const expected = { tokens: security.tokens.entries, users: security.basic.users };
    expect(parse(JSON.stringify({ tokens, users }))).to.deep.equal(expected);
    const yaml = `tokens:
  - { id: abcd, name: ci, hash: ${hash} }
  - id: efgh
    name: ci
    hash: ${hash}
    roles: [operator]
    expires: 2027-01-31
users:
  - name: ann
    password-hash: ${scrypt}
    roles: [admin]
`;
    expect(parse(yaml)).to.deep.equal(expected);
    expect(parse('tokens: []')).to.deep.equal({ tokens: [], users: [] });
  });

  it('takes nobody twice, of the file or of the settings', async () => {
    const one = JSON.stringify({ tokens: [token, token] });
    const own = { ...none, tokens: { entries: [{ ...token, roles: [], expires: null }] } };
    const root = { ...none, user: { name: 'ann', password: 'x', roles: [] } };
    const ann = JSON.stringify({ users: [{ name: 'ann', 'password-hash': scrypt }] });
    for (const [text, settings, told] of [
      [one, none, '`tokens`: the id "abcd" is there twice'],
      [
        JSON.stringify({ tokens: [token] }),
        own,
        'The id "abcd" of people.yml is in the settings, too; take one of them out',
      ],
      [ann, root, 'The user "ann" of people.yml is in the settings, too; take one of them out'],
    ] as const) {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => parse(text, settings));
      expect(error.message).to.equal(told);
    }
  });

  const entry = (more: string): string => `tokens:\n  - id: abcd\n    name: ci\n    hash: ${hash}\n${more}`;
  const wrong: readonly (readonly [string, string, string])[] = [
    ['nothing', '', 'The credentials file people.yml has neither `tokens` nor `users`'],
    ['something else', `server:\n  port: 1\n`, 'people.yml line 2 has a name that is not taken there'],
    ['a setting within', `security:\n  tokens: []\n`, 'people.yml line 2 has a name that is not taken there'],
    ['two documents', `${entry('')}---\n${entry('')}`, 'has more than one document'],
    ['a text that is no YAML', `${entry('')}  - {`, 'The credentials file people.yml cannot be read'],
    ['a hash that was cut off', `tokens:\n  - { id: abcd, name: ci, hash: sha256$CaNaRy }`, '`tokens[0].hash`'],
    ['a blank forgotten', `tokens:\n  - { id: abcd, name: ci, hash:${hash} }`, 'people.yml line 2 has a name'],
    ['a hash under no name', entry(`    ${hash}: x\n`), 'people.yml line 5 has a name that is not taken there'],
    [
      'a name misspelt',
      entry('    role: reader\n'),
      '`tokens[0].role` (people.yml line 5) is not a setting; did you mean `tokens[0].roles`?',
    ],
    [
      'a role that is none',
      entry('    roles: [root]\n'),
      '`tokens[0].roles[0]` (people.yml line 5) takes a list of reader',
    ],
    [
      'a whole token for its id',
      `tokens:\n  - { id: cairn_abcd_${secret}, name: ci, hash: ${hash} }`,
      '`tokens[0].id` (people.yml line 2) takes the id within a token',
    ],
    [
      'a password behind the name',
      'users:\n  - name: ann:CaNaRy\n',
      '`users[0].name` (people.yml line 2) takes a name without colons',
    ],
    ['a line of a password file', 'users:\n  - ann:CaNaRy\n', '`users[0]` (people.yml line 2) takes a section'],
    [
      'a password in clear',
      'users:\n  - name: ann\n    password-hash: CaNaRy\n',
      '`users[0].password-hash` (people.yml line 3) takes what `cairn password hash` prints',
    ],
    ['users by name', 'users:\n  ann: CaNaRy\n', 'people.yml line 2 has a name that is not taken there'],
    ['no hash', 'tokens:\n  - id: abcd\n    name: ci\n', '`tokens[0].hash` is missing'],
  ];
  for (const [what, text, told] of wrong)
    it(`is refused with ${what}, by its line and without a secret`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => parse(text));
      expect(error.message)
        .to.include(told)
        .and.not.match(/CaNaRy|\/etc/);
    });
});
