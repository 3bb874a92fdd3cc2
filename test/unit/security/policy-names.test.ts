import { expect } from 'chai';
import type { PolicyRule } from '#server/security/policy-rule.js';
import { decide, request, team, verdicts } from '../../support/policy-requests.js';

describe('a policy', () => {
  describe('and names that are read in two ways', () => {
    const all: PolicyRule = { name: 'all', effect: 'allow', principals: ['*'], applications: ['*'] };
    const denyProd: PolicyRule = { name: 'prod', effect: 'deny', applications: ['orders'], profiles: ['prod'] };
    const denyApi: PolicyRule = { name: 'api', effect: 'deny', applications: ['orders-api'] };

    it('denies a file that is denied, by whatever application and profile it is asked for', () => {
      expect(
        verdicts(
          [all, denyProd, denyApi],
          [
            'orders-prod dev',
            'orders prod',
            'orders api',
            'orders api-prod',
            'orders-api dev',
            'team(_)orders prod',
            'orders(_)application prod',
            'orders dev',
            'orders-x dev',
            'billing-prod dev',
          ],
        ),
      ).to.deep.equal({
        'orders-prod dev': false,
        'orders prod': false,
        'orders api': false,
        'orders api-prod': false,
        'orders-api dev': false,
        'team(_)orders prod': false,
        'orders(_)application prod': false,
        'orders dev': true,
        'orders-x dev': true,
        'billing-prod dev': true,
      });
    });

    const dev: PolicyRule = {
      name: 'dev',
      effect: 'allow',
      principals: ['dev'],
      applications: ['*'],
      profiles: ['dev'],
    };
    const prod: PolicyRule = { ...dev, name: 'prod', principals: ['ops'], profiles: ['prod'] };

    it('takes a known profile at the end of a name for what it is, unless a rule has the name in full', () => {
      const ask = { who: 'dev' };
      expect(verdicts([dev, prod], ['orders-prod dev', 'orders-api dev'], ask)).to.deep.equal({
        'orders-prod dev': false,
        'orders-api dev': true,
      });
      const named = { ...dev, name: 'named', applications: ['orders-prod'] };
      expect(verdicts([dev, prod, named], ['orders-prod dev'], ask)).to.deep.equal({ 'orders-prod dev': true });
      expect(verdicts([dev], ['orders-prod dev'], ask, { profileNames: ['prod'] })).to.deep.equal({
        'orders-prod dev': false,
      });
    });

    it('keeps the file of an application that the policy names from others', () => {
      const orders = { ...dev, name: 'orders', applications: ['orders', 'team*'], profiles: null };
      const api = { ...dev, name: 'api', principals: ['api'], applications: ['orders-api', 'billing'], profiles: null };
      const paths = ['orders x', 'orders api', 'orders api-x', 'team(_)billing x', 'team(_)orders x'];
      expect(verdicts([orders, api], paths, { who: 'dev' })).to.deep.equal({
        'orders x': true,
        'orders api': false,
        'orders api-x': false,
        'team(_)billing x': false,
        'team(_)orders x': true,
      });
    });

    it('denies a query with more or longer names than can be decided on', () => {
      const many = Array.from({ length: 60 }, (_, i) => `p-${i}-${'x-'.repeat(8)}y`).join(',');
      expect(decide([all], request(`a,b,c,d ${many}`)).rule).to.equal('policy limits');
      expect(decide([all], request(`${'a'.repeat(201)} b`)).rule).to.equal('policy limits');
    });
  });

  describe('and labels', () => {
    const all: PolicyRule = { name: 'all', effect: 'allow', principals: ['*'], applications: ['*'] };
    const deny: PolicyRule = { name: 'no-main', effect: 'deny', labels: ['main'] };

    it('takes the default label for what it may stand for where a rule forbids', () => {
      const options = { defaultLabels: ['main', 'master'] };
      const paths = ['a b', 'a b main', 'a b master', 'a b dev'];
      expect(verdicts([all, deny], paths, {}, options)).to.deep.equal({
        'a b': false,
        'a b main': false,
        'a b master': false,
        'a b dev': true,
      });
      expect(verdicts([all, deny], ['a b', 'a b main'])).to.deep.equal({ 'a b': true, 'a b main': false });
    });

    it('takes a commit id for any label where a rule forbids, and for none where one allows', () => {
      expect(verdicts([all, deny], ['a b 0123abc', 'a b 0123ABC', 'a b abc'])).to.deep.equal({
        'a b 0123abc': false,
        'a b 0123ABC': false,
        'a b abc': true,
      });
      expect(decide([{ ...all, labels: ['main'] }], request('a b 0123abc')).isAllowed).to.equal(false);
    });

    it('allows the default label only by its name or a pattern that fits it', () => {
      const options = { defaultLabels: ['main'] };
      const answers = [['main'], ['(default)'], ['*']].map((labels) => [
        ...[request('a b'), request('a b main')].map((ask) => decide([{ ...all, labels }], ask, options).isAllowed),
      ]);
      expect(answers).to.deep.equal([
        [false, true],
        [true, false],
        [true, true],
      ]);
    });
  });

  describe('and files', () => {
    const rule = (resources: readonly string[] | null): PolicyRule => ({ ...team, resources });
    const answer = (resources: readonly string[] | null, resource: string, path = 'orders dev main'): boolean =>
      decide([rule(resources)], request(path, { resource })).isAllowed;

    it('allows those alone that a rule names', () => {
      expect(answer(null, 'nginx.conf')).to.equal(false);
      expect(answer(['nginx*'], 'nginx.conf')).to.equal(true);
      expect(answer(['nginx*'], 'other.conf')).to.equal(false);
      expect(answer(['*'], 'a/b.conf')).to.equal(true);
    });

    it('allows a file of properties only by a pattern that ends as it does', () => {
      expect(answer(['*'], 'billing.yml')).to.equal(false);
      expect(answer(['*'], 'billing.YML')).to.equal(false);
      expect(answer(['*.yml'], 'billing.yml')).to.equal(true);
      expect(answer(['*.yml'], 'billing.yaml')).to.equal(false);
      expect(answer(['*'], 'billing.properties')).to.equal(false);
    });

    it('sees that a profile can be the end of a file of properties', () => {
      const any: PolicyRule = { ...team, profiles: null, resources: ['*'] };
      expect(decide([any], request('orders prod.yml main', { resource: 'billing' })).isAllowed).to.equal(false);
    });

    it('denies them by any path at which they are looked for', () => {
      const deny: PolicyRule = { name: 'keys', effect: 'deny', resources: ['*-dev.key'] };
      expect(decide([rule(['*']), deny], request('orders dev main', { resource: 'a.key' })).isAllowed).to.equal(false);
      expect(decide([rule(['*']), deny], request('orders dev main')).isAllowed).to.equal(true);
    });
  });
});
