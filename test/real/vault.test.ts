import { expect } from 'chai';
import { describeRecorded } from '../conformance/describe-recorded.js';
import { readScenario } from '../conformance/scenario.js';
import { createCleanups } from '../support/cleanups.js';
import { comparable } from '../support/record-scene.js';
import { fillVault, needVault, startRealVault, type RealVault } from '../support/real-vault.js';
import { readVaultExchanges, type VaultExchange } from '../support/replayed-vault.js';

const scenarios = ['vault-kv1', 'vault-kv2'];

describe('with a real Vault', () => {
  let program = '';
  before(function () {
    program = needVault(this);
  });

  for (const name of scenarios) {
    describeRecorded(name, async ({ vault: mounts = {} }) => {
      const vault = await startRealVault(program);
      await fillVault(vault, mounts);
      return { port: Number(new URL(vault.address).port), token: vault.rootToken, close: () => vault.close() };
    });

    describe(`the exchanges recorded for ${name}`, () => {
      const cleanups = createCleanups();
      let vault: RealVault;
      before(async () => {
        vault = cleanups.add(await startRealVault(program));
        await fillVault(vault, readScenario(name).vault ?? {});
      });
      after(() => cleanups.run());

      for (const exchange of readVaultExchanges(name)) {
        it(`are what it answers to ${exchange.method} ${exchange.path} by ${exchange.token ?? 'nobody'}`, async () => {
          const { status, body } = await ask(vault, exchange);
          expect({ status, body: comparable(body) }).to.deep.equal({
            status: exchange.status,
            body: comparable(exchange.body),
          });
        });
      }
    });
  }
});

function ask(vault: RealVault, { method, path, token }: VaultExchange) {
  const tokens = new Map([
    ['root', vault.rootToken],
    ['wrong', 'wrong'],
  ]);
  return vault.send(method, path, undefined, token === null ? '' : tokens.get(token));
}
