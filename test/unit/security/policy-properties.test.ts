import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseQuery } from '#server/core/query.js';
import { compileNamePatterns } from '#server/security/name-patterns.js';
import { createPolicy, type AccessRequest } from '#server/security/policy.js';
import { effects, type PolicyRule } from '#server/security/policy-rule.js';
import { roles } from '#server/security/principal.js';

const word = fc.constantFrom('a', 'b', 'ab', 'a-b', 'prod', 'a-prod', 'main', '__proto__', 'constructor');
const pattern = fc.oneof(word, fc.constantFrom('*', 'a*', '*b', 'a*b', '*-*'));
const some = fc.option(fc.array(pattern, { minLength: 1, maxLength: 2 }));
const ruleBody = fc.record({
  effect: fc.constantFrom(...effects),
  principals: fc.array(pattern, { minLength: 1, maxLength: 2 }),
  roles: fc.option(fc.subarray([...roles], { minLength: 1 })),
  applications: fc.array(pattern, { minLength: 1, maxLength: 2 }),
  profiles: some,
  labels: some,
});
const anyRules = fc
  .array(ruleBody, { maxLength: 6 })
  .map((bodies): PolicyRule[] => bodies.map((body, at) => withKeys({ ...body, name: `rule ${at}` })));

function withKeys(rule: PolicyRule): PolicyRule {
  return rule.effect === 'hide' || rule.effect === 'mask' ? { ...rule, keys: ['x.*'] } : rule;
}

const list = fc.uniqueArray(word, { minLength: 1, maxLength: 3 }).map((names) => names.join(','));
const anyRequest: fc.Arbitrary<AccessRequest> = fc
  .record({ who: word, held: fc.subarray([...roles]), application: list, profiles: list, label: fc.option(list) })
  .map(({ who, held, application, profiles, label }) => ({
    principal: { name: who, scheme: 'basic', roles: held },
    query: parseQuery({ application, profiles, label }, { validateProfiles: false }),
  }));

describe('any policy', () => {
  it('allows nothing more and withholds nothing less for a rule that forbids', () => {
    fc.assert(
      fc.property(anyRules, ruleBody, anyRequest, (rules, body, request) => {
        fc.pre(body.effect !== 'allow');
        const before = createPolicy({ rules }).decide(request);
        const after = createPolicy({ rules: [...rules, withKeys({ ...body, name: 'more' })] }).decide(request);
        if (!before.isAllowed) expect(after.isAllowed).to.equal(false);
        else if (after.isAllowed && before.withheld?.of('x.y') !== undefined) {
          expect([before.withheld.of('x.y'), 'hide']).to.include(after.withheld?.of('x.y'));
        }
      }),
    );
  });

  it('allows nothing more for a rule about other principals', () => {
    fc.assert(
      fc.property(anyRules, ruleBody, anyRequest, (rules, body, request) => {
        const unrelated = withKeys({ ...body, name: 'more', principals: ['nobody'] });
        const before = createPolicy({ rules }).decide(request);
        const after = createPolicy({ rules: [...rules, unrelated] }).decide(request);
        if (!before.isAllowed) expect(after.isAllowed).to.equal(false);
      }),
    );
  });

  it('allows nothing that a rule denies', () => {
    fc.assert(
      fc.property(anyRules, anyRequest, (rules, request) => {
        const [application = ''] = request.query.applications;
        const deny: PolicyRule = { name: 'deny', effect: 'deny', applications: [application] };
        expect(createPolicy({ rules: [...rules, deny] }).decide(request).isAllowed).to.equal(false);
      }),
    );
  });

  it('decides the same in whatever order its rules stand', () => {
    fc.assert(
      fc.property(anyRules, anyRequest, (rules, request) => {
        const forward = createPolicy({ rules }).decide(request);
        const backward = createPolicy({ rules: [...rules].reverse() }).decide(request);
        expect(JSON.stringify(backward)).to.equal(JSON.stringify(forward));
      }),
    );
  });

  it('allows each part of what it allows', () => {
    fc.assert(
      fc.property(anyRules, anyRequest, (rules, request) => {
        const policy = createPolicy({ rules });
        if (!policy.decide(request).isAllowed) return;
        for (const application of request.query.applications) {
          const query = { ...request.query, applications: [application] };
          expect(policy.decide({ ...request, query }).isAllowed).to.equal(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pattern of names', () => {
  it('matches as the regular expression does that it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '.'), maxLength: 8 });
    fc.assert(
      fc.property(letters, letters, (written, text) => {
        const source = written
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*');
        expect(compileNamePatterns([written]).matches(text)).to.equal(new RegExp(`^${source}$`, 's').test(text));
      }),
    );
  });
});
