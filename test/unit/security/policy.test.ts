import { expect } from 'chai';
import { createPolicy } from '#server/security/policy.js';
import type { PolicyRule } from '#server/security/policy-rule.js';
import { expectError } from '../../support/expect-error.js';
import { decide, ops, request, team, verdicts, type Ask } from '../../support/policy-requests.js';

describe('a policy', () => {
  it('allows what a rule allows and says which', () => {
    expect(decide([ops, team], request('orders dev main'))).to.deep.equal({
      isAllowed: true,
      rule: 'policy team',
      reason: 'rules allow all of it',
      withheld: null,
    });
  });

  it('denies what no rule allows, and says what that is', () => {
    expect(decide([ops, team], request('orders dev,prod main'))).to.deep.equal({
      isAllowed: false,
      rule: 'default deny',
      reason: 'no rule allows the application "orders" with the profile "prod" and the label "main"',
    });
    expect(decide([], request('orders dev main')).isAllowed).to.equal(false);
  });

  it('allows only where every application, profile and label is allowed', () => {
    expect(
      verdicts(
        [team],
        [
          'orders dev main',
          'orders dev,test main',
          'orders,shop-cart dev main',
          'orders dev main,feature(_)x',
          'orders dev',
          'orders,billing dev main',
          'billing,orders dev main',
          'orders dev,prod main',
          'orders dev main,prod',
          'orders dev prod',
          'Orders dev main',
          'orders Dev main',
          'shop dev main',
        ],
      ),
    ).to.deep.equal({
      'orders dev main': true,
      'orders dev,test main': true,
      'orders,shop-cart dev main': true,
      'orders dev main,feature(_)x': true,
      'orders dev': true,
      'orders,billing dev main': false,
      'billing,orders dev main': false,
      'orders dev,prod main': false,
      'orders dev main,prod': false,
      'orders dev prod': false,
      'Orders dev main': false,
      'orders Dev main': false,
      'shop dev main': false,
    });
  });

  it('does not join two rules to what neither allows', () => {
    const rules: PolicyRule[] = [
      { name: 'a', effect: 'allow', principals: ['*'], applications: ['a'], profiles: ['dev'] },
      { name: 'b', effect: 'allow', principals: ['*'], applications: ['b'], profiles: ['prod'] },
    ];
    expect(verdicts(rules, ['a dev', 'b prod', 'a,b dev,prod', 'a,b dev'])).to.deep.equal({
      'a dev': true,
      'b prod': true,
      'a,b dev,prod': false,
      'a,b dev': false,
    });
  });

  it('takes the application named application for one like others', () => {
    expect(verdicts([team], ['application dev main', 'orders,application dev main'])).to.deep.equal({
      'application dev main': false,
      'orders,application dev main': false,
    });
  });

  it('lets nobody read who is no reader; an administrator needs a rule like everybody', () => {
    const all: PolicyRule = { name: 'all', effect: 'allow', principals: ['*'], applications: ['*'] };
    expect(decide([all], request('a b', { roles: ['encryptor', 'operator', 'auditor'] })).isAllowed).to.equal(false);
    expect(decide([all], request('a b', { roles: ['admin'] })).isAllowed).to.equal(true);
    expect(decide([ops], request('a b', { roles: ['admin'] })).isAllowed).to.equal(false);
  });

  it('lets a denial win over everything', () => {
    const deny: PolicyRule = { name: 'freeze', effect: 'deny', applications: ['orders'], profiles: ['prod'] };
    const admin: Ask = { who: 'root', roles: ['admin', 'operator'] };
    expect(decide([ops, deny], request('orders prod', admin))).to.deep.equal({
      isAllowed: false,
      rule: 'policy freeze',
      reason: 'a rule denies it',
    });
    expect(decide([ops, deny], request('orders dev', admin)).isAllowed).to.equal(true);
  });

  it('excepts principals and roles', () => {
    const deny: PolicyRule = {
      name: 'prod',
      effect: 'deny',
      profiles: ['prod'],
      exceptPrincipals: ['deploy-*'],
      exceptRoles: ['admin'],
    };
    const all: PolicyRule = { name: 'all', effect: 'allow', principals: ['*'], applications: ['*'] };
    const asks: Ask[] = [{}, { who: 'deploy-1' }, { roles: ['reader', 'admin'] }];
    expect(asks.map((ask) => decide([all, deny], request('a prod', ask)).isAllowed)).to.deep.equal([false, true, true]);
  });

  it('distinguishes schemes of authentication', () => {
    const rule: PolicyRule = { name: 'mtls', effect: 'allow', schemes: ['certificate'], applications: ['*'] };
    expect(decide([rule], request('a b')).isAllowed).to.equal(false);
    const asked = request('a b');
    expect(decide([rule], { ...asked, principal: { ...asked.principal, scheme: 'certificate' } }).isAllowed).to.equal(
      true,
    );
  });

  it('lets client headers be used where a rule says so', () => {
    const headers = ['X-Config-Token'] as const;
    expect(decide([team], request('orders dev main', { headers })).isAllowed).to.equal(false);
    expect(decide([{ ...team, headers }], request('orders dev main', { headers })).isAllowed).to.equal(true);
    const deny: PolicyRule = { name: 'no-token', effect: 'deny', headers };
    expect(decide([{ ...team, headers }, deny], request('orders dev main', { headers })).rule).to.equal(
      'policy no-token',
    );
    expect(decide([{ ...team, headers }, deny], request('orders dev main')).isAllowed).to.equal(true);
  });

  describe('and keys', () => {
    const hide: PolicyRule = { name: 'h', effect: 'hide', keys: ['*.password'], exceptRoles: ['admin'] };
    const mask: PolicyRule = { name: 'm', effect: 'mask', keys: ['db.*', 'api-key'] };

    it('withholds them as clients bind them, whatever their spelling', () => {
      const ruling = decide([team, hide, mask], request('orders dev main'));
      const withheld = ruling.isAllowed ? ruling.withheld : null;
      const keys = [
        'db.password',
        'db.passWord',
        'x.pass-word',
        'DB.url',
        'apiKey',
        'API_KEY',
        'invalid.db.url',
        'db',
        'p',
      ];
      expect(keys.map((key) => withheld?.of(key))).to.deep.equal([
        'hide',
        'hide',
        'hide',
        'mask',
        'mask',
        'mask',
        'mask',
        undefined,
        undefined,
      ]);
      expect(withheld?.rules).to.deep.equal(['h', 'm']);
    });

    it('withholds nothing from who is excepted, or elsewhere', () => {
      const only = { ...hide, applications: ['shop-*'] };
      const ask: Ask = { roles: ['reader', 'admin'] };
      expect(decide([team, hide], request('orders dev main', ask))).to.include({ withheld: null });
      expect(decide([team, only], request('orders dev main'))).to.include({ withheld: null });
    });

    it('does not serve a file of properties as a whole where keys in it are withheld', () => {
      const rules = [{ ...team, resources: ['*', '*.yml'] }, hide];
      expect(decide(rules, request('orders dev main', { resource: 'orders.yml' })).rule).to.equal('policy h');
      expect(decide(rules, request('orders dev main', { resource: 'nginx.conf' })).isAllowed).to.equal(true);
    });
  });

  it('explains how each rule stands to a request', () => {
    const deny: PolicyRule = { name: 'a-deny', effect: 'deny', labels: ['prod'] };
    expect(createPolicy({ rules: [team, ops, deny] }).explain(request('orders dev main'))).to.deep.equal([
      { name: 'a-deny', effect: 'deny', mismatch: 'it is about other labels' },
      { name: 'ops', effect: 'allow', mismatch: 'it is about other roles' },
      { name: 'team', effect: 'allow', mismatch: null },
    ]);
  });

  it('tells all that is wrong with its rules at once', async () => {
    const rules: PolicyRule[] = [
      { name: 'a', effect: 'allow', keys: ['x'] },
      { name: 'a', effect: 'mask', resources: ['x'], headers: ['X-Config-Token'] },
      { name: 'b', effect: 'deny', labels: ['x'.repeat(300)] },
    ];
    const error = await expectError('CONFIG_POLICY_INVALID', () => createPolicy({ rules }));
    expect(error.message.split('\n')).to.deep.equal([
      '8 problems:',
      `  - A pattern has at most 256 characters, not "${'x'.repeat(40)}…"`,
      '  - Two rules have the name "a"',
      '  - The rule "a" (allow) cannot have `keys`; a rule with the effect hide or mask can',
      '  - The rule "a" (allow) does not say whom; write `principals`, `roles` or `schemes` (`principals: ["*"]` is everybody)',
      '  - The rule "a" (allow) does not say what; write `applications` (`applications: ["*"]` is all of them)',
      '  - The rule "a" (mask) needs `keys`: patterns of the keys that it is about',
      '  - The rule "a" (mask) cannot have `resources`; its keys are withheld from files too',
      '  - The rule "a" (mask) cannot have `headers`',
    ]);
  });
});
