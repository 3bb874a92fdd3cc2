import { expect } from 'chai';
import { dynamicSecretsOf } from '#server/app/dynamic-secrets.js';
import type { Settings } from '#server/settings/schema.js';
import { createVault, type Vault } from '#server/vault/vault.js';
import type { VaultAuth } from '#server/vault/login.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { aSettingsFolder } from '../../support/settings-folder.js';
import { vaultOptions } from '../../support/vault-options.js';

describe('dynamic secrets of the settings', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const settingsOf = async (secrets: string): Promise<Settings['secrets']> => {
    const folder = cleanups.add(await aSettingsFolder());
    const text = `sources: [{ type: native, search-locations: [/etc/config] }]\nsecrets: ${secrets}`;
    return (await folder.load('cairn.yml', text)).settings.secrets;
  };
  const aVault = (auth: VaultAuth | null): Vault =>
    cleanups.add(createVault({ ...vaultOptions('http://127.0.0.1:1'), auth }));
  const own = { method: 'token', token: 'server' } as const;
  const of = async (secrets: string, vault: Vault | null) =>
    dynamicSecretsOf({ settings: await settingsOf(secrets), vault, emit: () => undefined });

  it('are none where none are written, and where references are not resolved', async () => {
    expect(await of('{}', null)).to.equal(null);
    expect(await of('{ resolve: false, dynamic: [{ path: a/b }] }', null)).to.equal(null);
  });

  it('go without an end of their idle time where that is `never`', async () => {
    const made = await of('{ dynamic: [{ path: a/b, idle: never, overlap: 1m }] }', aVault(own));
    expect(made?.dynamic).to.deep.equal([
      { path: 'a/b', per: 'application', parameters: new Map(), overlapMs: 60_000, idleMs: Infinity, maxLeases: 1000 },
    ]);
    await made?.leases.close();
  });

  const wrong: readonly (readonly [string, string, () => Vault | null])[] = [
    ['[{ path: a/b }]', 'which is not configured', () => null],
    ['[{ path: a/b }]', '`vault.auth.method` is `caller`', () => aVault(null)],
    [
      '[{ path: a/b, per: server, parameters: { a: "{application}" } }]',
      '{application} in the parameters of a/b',
      () => aVault(own),
    ],
    ['[{ path: a/b, parameters: { a: "x{instance}" } }]', '{instance} in the parameters of a/b', () => aVault(own)],
  ];
  for (const [dynamic, says, vault] of wrong) {
    it(`are refused: ${says}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => of(`{ dynamic: ${dynamic} }`, vault()));
      expect(error.message).to.contain(says);
    });
  }
});
