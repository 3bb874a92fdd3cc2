import { expect } from 'chai';
import { join } from 'node:path';
import { createCleanups } from '../../support/cleanups.js';
import { aFolder, type Folder } from '../../support/folders.js';
import { runCairn } from '../../support/program-run.js';

const policy = `rules:
  - name: orders
    principals: [orders-service]
    applications: [orders]
    profiles: [prod]
    resources: [nginx.conf]
  - name: passwords
    effect: hide
    keys: ["*.password"]
    except-roles: [admin]
`;
const right = `cases:
  - name: orders reads itself
    principal: orders-service
    application: orders
    profiles: prod
    expect: allow
    rule: policy orders
  - principal: orders-service
    application: orders,billing
    profiles: prod
    expect: deny
    rule: default deny
  - principal: orders-service
    application: orders
    profiles: prod
    key: db.password
    expect: hide
  - { principal: orders-service, roles: [reader, admin], application: orders, profiles: prod, key: db.password, expect: show }
  - { principal: orders-service, scheme: basic, application: orders, profiles: prod, resource: nginx.conf, expect: allow }
  - { principal: orders-service, roles: [auditor], application: orders, profiles: prod, label: 1.0, expect: deny }
`;
const wrong = `cases:
  - name: anybody
    principal: guest
    application: orders
    expect: allow
  - name: the rule
    principal: orders-service
    application: orders
    profiles: prod
    expect: allow
    rule: policy other
`;

describe('cairn policy', () => {
  const cleanups = createCleanups();
  let folder: Folder;
  beforeEach(
    async () =>
      (folder = cleanups.add(await aFolder({ 'policy.yml': policy, 'right.yml': right, 'wrong.yml': wrong }))),
  );
  afterEach(() => cleanups.run());

  async function run(...args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
    const one = runCairn(['policy', ...args.map((arg) => arg.replace('AT', folder.path))], {
      CAIRN_CONFIG: join(folder.path, 'cairn.yml'),
    });
    const status = await one.status;
    return { status, out: one.stdout(), err: one.stderr() };
  }
  beforeEach(() => folder.write({ 'cairn.yml': `security:\n  policy-file: ${join(folder.path, 'policy.yml')}\n` }));

  describe('test', () => {
    it('says how many cases there are where all are right', async () => {
      expect(await run('test', 'AT/right.yml')).to.deep.equal({ status: 0, out: '6 cases, 0 failed\n', err: '' });
      expect((await run('test', 'AT/right.yml', '--policy', 'AT/policy.yml')).status).to.equal(0);
    });

    it('says which cases are decided otherwise, by which rule and why, and fails', async () => {
      expect(await run('test', 'AT/wrong.yml')).to.deep.equal({
        status: 1,
        out:
          'failed  anybody: expected allow, got deny (default deny: no rule allows the application "orders" with the profile "default" and the label "(default)")\n' +
          'failed  the rule: expected allow by policy other, got allow (policy orders: rules allow all of it)\n' +
          '2 cases, 2 failed\n',
        err: '',
      });
      const { status, out } = await run('test', 'AT/wrong.yml', '--json');
      const told = JSON.parse(out) as { failed: number; cases: readonly object[] };
      expect([status, told.failed, told.cases[1]]).to.deep.equal([
        1,
        2,
        {
          name: 'the rule',
          expected: 'allow',
          expectedRule: 'policy other',
          found: 'allow',
          rule: 'policy orders',
          reason: 'rules allow all of it',
          isRight: false,
        },
      ]);
    });

    it('refuses cases that are not right, and a policy that is not there', async () => {
      await folder.write({
        'bad.yml': 'cases:\n  - principal: x\n    aplication: y\n    expect: allow\n',
        'none.yml': 'x: 1\n',
        'cairn.yml': '',
      });
      const bad = await run('test', 'AT/bad.yml', '--policy', 'AT/policy.yml');
      expect([bad.status, bad.err]).to.deep.equal([2, bad.err]);
      expect(bad.err).to.include('CONFIG_SETTINGS_INVALID').and.include('cases.0').and.include('aplication');
      expect((await run('test', 'AT/none.yml', '--policy', 'AT/policy.yml')).status).to.equal(2);
      expect((await run('test', 'AT/missing.yml', '--policy', 'AT/policy.yml')).err).to.include(
        'The cases file cannot be read',
      );
      expect((await run('test', 'AT/right.yml')).err).to.include('There is no policy');
      expect((await run('test')).status).to.equal(2);
    });
  });

  describe('explain', () => {
    const ask = ['--principal', 'orders-service', '--application', 'orders'];

    it('prints the decision, its rule, and how the other rules stand', async () => {
      const { status, out } = await run(
        'explain',
        ...ask,
        '--profiles',
        'prod',
        '--key',
        'db.password',
        '--key',
        'port',
      );
      expect([status, out.split('\n')]).to.deep.equal([
        0,
        [
          'allowed: policy orders: rules allow all of it',
          'key db.password: hide',
          'key port: show',
          'rules:',
          '  allow orders: applies',
          '  hide passwords: applies',
          '',
        ],
      ]);
    });

    it('prints JSON', async () => {
      const { out } = await run(
        'explain',
        ...ask,
        '--profiles',
        'dev',
        '--role',
        'reader',
        '--role',
        'admin',
        '--key',
        'k',
        '--json',
      );
      expect(JSON.parse(out)).to.deep.equal({
        isAllowed: false,
        rule: 'default deny',
        reason: 'no rule allows the application "orders" with the profile "dev" and the label "(default)"',
        rules: [
          { name: 'orders', effect: 'allow', mismatch: 'it is about other applications, profiles or labels' },
          { name: 'passwords', effect: 'hide', mismatch: 'it excepts a role of the principal' },
        ],
        keys: [{ key: 'k', answer: 'deny' }],
      });
    });

    it('explains files and client headers', async () => {
      const file = await run('explain', ...ask, '--profiles', 'prod', '--resource', 'other.conf');
      expect(file.out).to.include('for the file "other.conf"').and.include('allow orders: it does not allow the file');
      const header = await run('explain', ...ask, '--profiles', 'prod', '--header', 'X-Config-Token');
      expect(header.out).to.include('using X-Config-Token').and.include('it does not let X-Config-Token be used');
      expect((await run('explain', ...ask, '--role', 'root')).status).to.equal(2);
    });
  });

  it('takes the policy of the settings themselves', async () => {
    await folder.write({ 'cairn.yml': `security:\n  policy:\n${policy.replaceAll(/^/gm, '    ')}` });
    expect((await run('test', 'AT/right.yml')).status).to.equal(0);
  });
});
