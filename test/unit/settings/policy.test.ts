import { expect } from 'chai';
import { parsePolicyFile } from '#server/settings/policy-file.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const token = { id: 'abcd', name: 'ci', hash: `sha256$${'A'.repeat(43)}` };
const sources = [{ type: 'native', 'search-locations': ['/srv/config'] }];
const rule = { name: 'team', principals: ['team-*'], applications: ['orders'] };

describe('the settings of the policy', () => {
  const cleanups = createCleanups();
  let folder: SettingsFolder;
  beforeEach(async () => (folder = cleanups.add(await aSettingsFolder())));
  afterEach(() => cleanups.run());

  const load = (security: object, environment = {}): ReturnType<SettingsFolder['load']> =>
    folder.load('cairn.json', JSON.stringify({ sources, security }), { environment });
  const problem = async (security: object): Promise<string> =>
    (await expectError('CONFIG_SETTINGS_INVALID', () => load(security))).message;

  it('are rules, allowing unless they say otherwise, with null for what is left out', async () => {
    const { settings } = await load({
      tokens: { entries: [token] },
      policy: { rules: [rule], 'profile-names': ['prod'] },
    });
    expect(settings.security.policy).to.deep.equal({
      'profile-names': ['prod'],
      rules: [
        {
          ...rule,
          effect: 'allow',
          roles: null,
          schemes: null,
          'except-principals': null,
          'except-roles': null,
          profiles: null,
          labels: null,
          resources: null,
          headers: null,
          keys: null,
        },
      ],
    });
  });

  it('are read from the environment too', async () => {
    const { settings } = await load(
      { tokens: { entries: [token] } },
      {
        CAIRN_SECURITY__POLICY__RULES__0__NAME: 'env',
        CAIRN_SECURITY__POLICY__RULES__0__ROLES: 'reader,admin',
        CAIRN_SECURITY__POLICY__RULES__0__APPLICATIONS: 'a,b-*',
      },
    );
    const [one] = settings.security.policy.rules;
    expect([one?.name, one?.roles, one?.applications]).to.deep.equal(['env', ['reader', 'admin'], ['a', 'b-*']]);
  });

  it('are refused with what would be taken', async () => {
    const tokens = { entries: [token] };
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...rule, effect: 'permit' }, '`security.policy.rules[0].effect`'],
      [{ ...rule, applications: [] }, 'takes a list of names in which `*` stands for any text, not an empty value'],
      [
        { ...rule, roles: ['root'] },
        'takes a list of reader, operator, encryptor, auditor, admin, not the text "root"',
      ],
      [{ ...rule, schemes: ['anonymous'] }, '`security.policy.rules[0].schemes'],
      [{ ...rule, headers: ['Cookie'] }, 'takes a list of X-Config-Token, X-Config-Instance'],
      [{ ...rule, name: 'a\nb' }, '`security.policy.rules[0].name`'],
      [{ ...rule, application: ['x'] }, 'security.policy.rules[0].application'],
    ];
    for (const [one, text] of wrong) {
      expect(await problem({ tokens, policy: { rules: [one] } })).to.include(text);
    }
  });

  it('need a way to authenticate, and stand in one place', async () => {
    expect(await problem({ policy: { rules: [rule] } })).to.include(
      '`security.policy` says who may read what, and nothing says',
    );
    expect(await problem({ mode: 'none', 'policy-file': 'p.yml' })).to.include(
      '`security.policy-file` says who may read what',
    );
    expect(
      await problem({ tokens: { entries: [token] }, policy: { rules: [rule] }, 'policy-file': 'p.yml' }),
    ).to.include('are both written; leave one of them out');
  });

  it('can be a file of their own, in YAML or JSON', () => {
    const yaml =
      'rules:\n  - name: team\n    principals: [team-*]\n    applications: [orders]\nprofile-names: [prod]\n';
    const fromYaml = parsePolicyFile('/etc/cairn/policy.yml', Buffer.from(yaml));
    const fromJson = parsePolicyFile(
      'policy.json',
      Buffer.from(JSON.stringify({ rules: [rule], 'profile-names': ['prod'] })),
    );
    expect(fromYaml).to.deep.equal(fromJson);
    expect(parsePolicyFile('policy.yml', Buffer.from('rules: []'))).to.deep.equal({ rules: [], 'profile-names': [] });
  });

  it('are refused in a file with its line, and never for half of it', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'The policy file policy.yml has no `rules`'],
      ['rules', 'The policy file policy.yml'],
      ['rules:\n  - name: x\n    efect: deny\n', '`rules[0].efect` (policy.yml line 3)'],
      ['rules:\n  - name: x\n    roles: [root]\n', '`rules[0].roles[0]` (policy.yml line 3) takes a list of reader'],
      ['rules:\n  - {', 'The policy file policy.yml cannot be read'],
      ['server:\n  port: 1\nrules: []\n', '`server.port`'],
    ];
    for (const [text, expected] of cases) {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () =>
        parsePolicyFile('/etc/cairn/policy.yml', Buffer.from(text)),
      );
      expect(error.message).to.include(expected).and.not.include('/etc/cairn');
    }
  });
});
