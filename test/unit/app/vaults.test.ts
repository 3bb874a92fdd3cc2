import { expect } from 'chai';
import { createVaults, sectionVault, type Vaults } from '#server/app/vaults.js';
import type { CairnEvent } from '#server/core/events.js';
import type { VaultSettings } from '#server/settings/sections/vault.js';
import type { Vault } from '#server/vault/vault.js';
import { createCleanups } from '../../support/cleanups.js';
import { startFakeVault, type FakeVault } from '../../support/fake-vault.js';
import { noAbort } from '../../support/queries.js';
import { recordEvents } from '../../support/record-events.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

interface Stage {
  readonly fake: FakeVault;
  readonly settings: VaultSettings;
  readonly vaults: Vaults;
  readonly events: readonly CairnEvent[];
  readonly open: (name: string, settings?: VaultSettings) => Vault;
}

describe('vaults that several reach', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const stage = async (vault = ''): Promise<Stage> => {
    const fake = cleanups.add(
      await startFakeVault(({ path }) =>
        path.startsWith('auth/') ? { body: { auth: { client_token: 'own' } } } : { body: { data: { a: 1 } } },
      ),
    );
    const folder = cleanups.add(await aSettingsFolder());
    const text = `vault: { ${vault === '' ? `address: "${fake.url}", ${login}` : vault} }\nsources: [{ type: vault }]\n`;
    const { settings } = await folder.load('cairn.yml', text);
    const { emit, events } = recordEvents();
    const vaults = createVaults({ limits: settings.limits, emit });
    const open = (name: string, at: VaultSettings = settings.vault): Vault =>
      cleanups.add(vaults.open(at, { name, written: name }));
    return { fake, settings: settings.vault, vaults, events, open };
  };
  const login = 'auth: { method: userpass, userpass: { username: cairn, password: p } }';
  const read = (vault: Vault, path = 'kv/a') => vault.secrets.get({ path, version: 1 }, null, noAbort());
  const askedOf = ({ asked }: FakeVault): string[] => asked.map(({ path }) => path);

  it('are one for those who reach it in the same way: one login, each secret read once', async () => {
    const { open, fake, settings } = await stage();
    const [one, other] = [open('one'), open('other', { ...settings, host: 'not looked at' })];
    one.start();
    other.start();
    await Promise.all([read(one), read(other)]);
    expect(askedOf(fake)).to.deep.equal(['auth/userpass/login/cairn', 'kv/a']);
  });

  it('are several where who reads, or for how long it is kept, is not the same', async () => {
    const { open, fake, settings } = await stage();
    const auth = { ...settings.auth, userpass: { path: 'userpass', username: 'other', password: 'p' } };
    for (const at of [settings, { ...settings, auth }, { ...settings, 'time-to-live': 1 }]) await read(open('x', at));
    expect(askedOf(fake).filter((path) => path === 'kv/a').length).to.equal(3);
  });

  it('are closed with the last of them, once', async () => {
    const { open, fake } = await stage();
    const [one, other] = [open('one'), open('other')];
    await read(one);
    await one.close();
    await one.close();
    expect((await read(other, 'kv/b')).kind).to.equal('secret');
    await other.close();
    await open('one').close();
    expect(askedOf(fake)).to.deep.equal(['auth/userpass/login/cairn', 'kv/a', 'kv/b', 'auth/token/revoke-self']);
  });

  it('say of everyone who reads them that they fail and are back, once', async () => {
    const { open, fake, events } = await stage();
    const one = open('one');
    open('other');
    await read(one);
    fake.answer(({ path }) => ({ status: path === 'kv/d' ? 404 : 503 }));
    for (const path of ['kv/b', 'kv/c', 'kv/d', 'kv/d']) await read(one, path);
    const message = 'Vault: it answers 503: sealed, or not ready';
    expect(events).to.deep.equal([
      { type: 'source-failed', source: 'one', message, diagnostics: {} },
      { type: 'source-failed', source: 'other', message, diagnostics: {} },
      { type: 'source-recovered', source: 'one' },
      { type: 'source-recovered', source: 'other' },
    ]);
  });

  it('are none for the section where nothing says that there is one', async () => {
    const { settings, vaults } = await stage('timeout: 2s');
    expect(sectionVault(settings, vaults)).to.equal(null);
  });

  for (const written of [
    'address: "http://127.0.0.1:1"',
    'host: vault.example.com',
    'auth: { token: t }',
    'auth: { token-path: /run/token }',
    'auth: { method: caller }',
  ]) {
    it(`are one for the section with ${written}`, async () => {
      const { settings, vaults } = await stage(written);
      const vault = sectionVault(settings, vaults);
      expect(vault?.needsCaller).to.equal(!written.includes('token'));
      await vault?.close();
    });
  }
});
