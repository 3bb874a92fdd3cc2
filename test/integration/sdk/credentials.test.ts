import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { apiToken, basic, bearer, load, type AuthProvider, type Config } from 'cairn-config-client';
import { createToken, passwordHash } from '#server/app/credentials.js';
import { startCairnApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { eventually } from '../../support/eventually.js';
import { expectError } from '../../support/expect-error.js';
import { aFolder, type Folder } from '../../support/folders.js';

const password = 'pä:ss';

function policyFor(...principals: readonly string[]): string {
  return JSON.stringify({ rules: [{ name: 'orders', principals, applications: ['orders'] }] });
}

describe('sdk: credentials with a Cairn server', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const { token, entry } = createToken({ name: 'ci', roles: 'reader', expires: '1d' }, Date.now());

  async function stage(server: object = {}): Promise<{
    readonly folder: Folder;
    readonly open: (auth?: AuthProvider, application?: string) => Promise<Config>;
  }> {
    const folder = cleanups.add(
      await aFolder({
        'repository/orders.yml': 'max-items: 50\n',
        'policy.json': policyFor('ann', 'ci'),
        token: token,
      }),
    );
    const settings = {
      server,
      'data-directory': `${folder.path}/data`,
      sources: [{ type: 'native', 'search-locations': [`${folder.path}/repository`] }],
      security: {
        basic: { users: [{ name: 'ann', 'password-hash': await passwordHash(password) }] },
        tokens: { entries: [entry] },
        'policy-file': `${folder.path}/policy.json`,
      },
    };
    await folder.write({ 'cairn.json': JSON.stringify(settings) });
    const { url } = cleanups.add(await startCairnApp(`${folder.path}/cairn.json`));
    const open = async (auth?: AuthProvider, application = 'orders'): Promise<Config> => {
      const refresh = { interval: '100ms' } as const;
      return cleanups.add(await load({ url, application, refresh, ...(auth && { auth }) }));
    };
    return { folder, open };
  }

  it('is let in with a password, an API token, and a token in a file', async () => {
    const { folder, open } = await stage();
    const file = bearer(() => readFile(`${folder.path}/token`, 'utf8'));
    for (const auth of [basic('ann', password), apiToken(token), file]) {
      expect((await open(auth)).get('max-items')).to.equal(50);
    }
  });

  it('is told apart: not known, known and not allowed', async () => {
    const { open } = await stage();
    for (const auth of [undefined, basic('ann', 'canary'), basic('bob', 'canary'), apiToken(`${token}canary`)]) {
      const error = await expectError('CONFIG_UNAUTHENTICATED', () => open(auth));
      expect(error.stack).not.to.contain('canary');
    }
    const error = await expectError('CONFIG_FORBIDDEN', () => open(apiToken(token), 'billing'));
    expect(error.message).to.contain('answered 403');
  });

  it('keeps what it has while it is not allowed any more, says so, and goes on when it is again', async () => {
    const { folder, open } = await stage();
    const config = await open(apiToken(token));
    const errors: [string, number | null][] = [];
    config.on('error', ({ error, retryIn }) => errors.push([error.code, retryIn]));
    await folder.write({ 'policy.json': policyFor('ann') });
    await eventually(() => (errors.length > 1 ? true : undefined));
    expect(new Set(errors.map(([code]) => code))).to.deep.equal(new Set(['CONFIG_FORBIDDEN']));
    expect(config.current).to.deep.equal({ 'max-items': 50 });
    await folder.write({ 'policy.json': policyFor('ci'), 'repository/orders.yml': 'max-items: 60\n' });
    await eventually(() => (config.get('max-items') === 60 ? true : undefined));
  });

  it('leaves a server alone that has a limit, for as long as it says', async () => {
    const limits = { enabled: true, 'per-principal': { rate: 1, burst: 2 } };
    const { open } = await stage({ 'rate-limits': limits });
    const config = await open(apiToken(token));
    const told: string[] = [];
    config.on('error', ({ error }) => told.push(error.message));
    await eventually(() => (told.length > 0 ? true : undefined));
    expect(told[0]).to.match(/answered 429: .*CONFIG_RATE_LIMITED/);
    const error = await expectError('CONFIG_UNAVAILABLE', () => config.refresh());
    expect(error.message).to.match(/^All servers asked not to be asked for another \d+m?s \(Retry-After\)\.$/);
    await eventually(() => config.refresh());
    expect(config.get('max-items')).to.equal(50);
  });
});
