import { expect } from 'chai';
import { createCleanups } from '../support/cleanups.js';
import { needTestServer, needVault, startRealVault } from '../support/real-vault.js';
import { comparable, recordScene } from '../support/record-scene.js';
import { readVaultExchanges } from '../support/replayed-vault.js';
import { vaultScenes } from '../support/vault-scenes.js';

describe('the exchanges recorded with the engines of a real Vault', () => {
  const cleanups = createCleanups();
  let program = '';
  before(function () {
    program = needVault(this);
  });
  afterEach(() => cleanups.run());

  for (const [name, scene] of vaultScenes) {
    it(`are what it answers: ${name}`, async function () {
      const vault = cleanups.add(await startRealVault(program));
      needTestServer(this, vault);
      const now = await recordScene(vault, scene);
      expect(now.map(comparable)).to.deep.equal(readVaultExchanges(name).map(comparable));
    });
  }
});
