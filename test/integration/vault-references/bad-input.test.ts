import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { kvOf } from '../../support/fake-vault.js';
import { allowAll, startReferringServer, type ReferringServerOptions } from '../../support/referring-server.js';

const says = kvOf({ 'secret/db': { password: 'canary-1', n: null } });

describe('references that lead to nothing, in a server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (options: Partial<ReferringServerOptions>) =>
    startReferringServer(cleanups, { files: {}, says, ...options });

  const cases: readonly (readonly [string, string, string])[] = [
    ['a path that is not there', 'none#password', 'missing'],
    ['a key that is not there', 'db#none', 'missing'],
    ['a key without a value', 'db#n', 'missing'],
    ['a key of every object', 'db#__proto__', 'missing'],
    ['a version of an engine that has none', 'db?version=2#password', 'refused'],
    ['dot segments', '../../sys/db#x', 'malformed'],
    ['a dot', './db#password', 'malformed'],
    ['a question', 'db?x=y#password', 'malformed'],
    ['a percent sign', '%2e%2e/db#password', 'malformed'],
    ['a newline', 'd\\nb#password', 'malformed'],
    ['a null byte', 'd\\0b#password', 'malformed'],
    ['a backslash', 'd\\\\b#password', 'malformed'],
    ['an empty segment', 'a//db#password', 'malformed'],
    ['a slash at the start', '/db#password', 'malformed'],
    ['no path', '#password', 'malformed'],
    ['no key', 'db#', 'malformed'],
    ['a placeholder in the path', '${env}/db#password', 'malformed'],
  ];

  it('become invalid keys, each told with its reason, and Vault is asked for none that leads elsewhere', async () => {
    const text = cases.map(([, reference], i) => `k${i}: "{vault}:${reference}"\nt${i}: "x\${vault:${reference}}"`);
    const { get, log, vault } = await start({
      files: { 'orders.yml': `${text.join('\n')}\ngood: \${vault:db#password}` },
    });
    const { status, json } = await get('/orders/default');
    const [source] = json()['propertySources'] as { source: Record<string, unknown> }[];
    const expected = cases.flatMap((_, i) => [
      [`invalid.k${i}`, '<n/a>'],
      [`invalid.t${i}`, '<n/a>'],
    ]);
    expect([status, source?.source]).to.deep.equal([200, { ...Object.fromEntries(expected), good: 'canary-1' }]);
    const paths = vault.asked.map(({ url }) => url).filter((url) => !url.includes('auth/'));
    expect(paths).to.have.members(['/v1/secret/none', '/v1/secret/db']);
    expect(log()).to.contain('"reason":"malformed"').and.not.contain('canary');
  });

  for (const [what, reference, reason] of cases) {
    it(`fail the request where that is set: ${what}`, async () => {
      const files = { 'orders.yml': `db.password: "{vault}:${reference}"`, 'plain.yml': 'a: 1' };
      const { get, log } = await start({ files, secrets: `unresolved: fail\n${allowAll}` });
      const { status, json } = await get('/orders/default');
      expect([status, json()['code']]).to.deep.equal([503, 'CONFIG_SECRET_UNRESOLVED']);
      const why = {
        missing: 'Vault has no such secret, or none of that key',
        refused: 'Vault does not let it be read',
        malformed: 'the reference has a form that is not taken; ${vault:path#key} and {transit:key}vault:v1:… would be',
      }[reason];
      expect(log()).to.match(/The secret of the key \\"db\.password\\" in [^"]*orders\.yml cannot be had: /);
      expect(log()).to.contain(` cannot be had: ${String(why)}.`);
      expect((await get('/plain/default')).status).to.equal(200);
    });
  }
});
