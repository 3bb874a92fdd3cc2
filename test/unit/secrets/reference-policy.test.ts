import { expect } from 'chai';
import fc from 'fast-check';
import { createReferencePolicy, type SecretRule } from '#server/secrets/reference-policy.js';
import { aQuery } from '../../support/queries.js';

const rule = (applications: string, paths: string, profiles = ''): SecretRule => ({
  applications: applications.split(' '),
  paths: paths.split(' '),
  profiles: profiles === '' ? [] : profiles.split(' '),
});

describe('the policy for references', () => {
  /** Rules, a query, a path, and whether it is allowed. */
  const cases: readonly (readonly [readonly SecretRule[], string, string, boolean])[] = [
    [[], 'orders', 'secret/orders', false],
    [[rule('orders', 'secret/orders')], 'orders', 'secret/orders', true],
    [[rule('orders', 'secret/orders')], 'orders', 'secret/orders/db', false],
    [[rule('orders', 'secret/orders')], 'billing', 'secret/orders', false],
    [[rule('orders*', 'secret/orders')], 'orders-eu', 'secret/orders', true],
    [[rule('*', 'secret/*')], 'orders', 'secret/orders', true],
    [[rule('*', 'secret/*')], 'orders', 'secret/orders/db', false],
    [[rule('*', 'secret/**')], 'orders', 'secret/orders/db', true],
    [[rule('*', 'secret/*')], 'team(_)orders', 'secret/orders', false],
    [[rule('team/*', 'secret/*')], 'team(_)orders', 'secret/orders', true],
    [[rule('**', 'secret/*')], 'team(_)orders', 'secret/orders', true],
    [[rule('*', 'secret/{application}/*')], 'orders', 'secret/orders/db', true],
    [[rule('*', 'secret/{application}/*')], 'orders', 'secret/billing/db', false],
    [[rule('*', 'secret/{application}-{profile}')], 'orders/prod', 'secret/orders-prod', true],
    [[rule('*', 'secret/{application}-{profile}')], 'orders/prod', 'secret/orders-dev', false],
    [[rule('*', 'secret/{profile}/{application}')], 'orders/prod', 'secret/default/orders', true],
    [[rule('*', 'secret/{profile}/x', 'prod')], 'orders/prod', 'secret/default/x', false],
    [[rule('*', 'secret/*', 'prod')], 'orders/prod', 'secret/a', true],
    [[rule('*', 'secret/*', 'prod')], 'orders/dev,prod', 'secret/a', true],
    [[rule('*', 'secret/*', 'prod*')], 'orders/production', 'secret/a', true],
    [[rule('*', 'secret/*', 'prod')], 'orders/dev', 'secret/a', false],
    [[rule('*', 'secret/*', 'default')], 'orders/dev', 'secret/a', true],
    [[rule('billing', 'secret/b'), rule('orders', 'secret/o')], 'billing', 'secret/b', true],
    [[rule('billing', 'secret/b'), rule('orders', 'secret/o')], 'billing', 'secret/o', false],
    // Who asks for several applications at once has no more than the one that may do least.
    [[rule('billing', 'secret/b'), rule('orders', 'secret/o')], 'billing,orders', 'secret/b', false],
    [[rule('billing orders', 'secret/b')], 'billing,orders', 'secret/b', true],
    [[rule('*', 'secret/{application}')], 'billing,orders', 'secret/orders', false],
    [[rule('orders', '../x')], 'orders', 'x', false],
    [[rule('..', 'x')], 'orders', 'x', false],
    [[rule('orders', 'a?/x')], 'orders', 'ab/x', true],
  ];
  for (const [rules, query, path, isAllowed] of cases) {
    it(`${isAllowed ? 'lets' : 'does not let'} ${query} refer to ${path} by ${JSON.stringify(rules)}`, () => {
      expect(createReferencePolicy(rules)(path, aQuery(query))).to.equal(isAllowed);
    });
  }

  it('takes what stands for a placeholder as text, never as a pattern', () => {
    const allows = createReferencePolicy([rule('**', 'secret/{application}/{profile}/x')]);
    const asked = { applications: ['*'], profiles: ['*'] };
    expect(allows('secret/*/*/x', asked)).to.equal(true);
    expect(allows('secret/orders/prod/x', asked)).to.equal(false);
    expect(allows('secret/x', { applications: ['.'], profiles: ['.'] })).to.equal(false);
  });

  it('allows nothing outside the application’s own folder, whatever the application and the path', () => {
    const allows = createReferencePolicy([rule('**', 'secret/{application}/**')]);
    const text = fc.stringMatching(/^[ab./*?{}-]{0,8}$/);
    fc.assert(
      fc.property(text, text, (application, below) => {
        const path = `secret/${below}`;
        if (!allows(path, { applications: [application], profiles: [] })) return;
        expect(`${path}/`.startsWith(`secret/${application}/`), `${application} ${path}`).to.equal(true);
      }),
    );
  });
});
