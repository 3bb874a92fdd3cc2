import { readVaultExchanges, startReplayedVault } from '../support/replayed-vault.js';
import { describeRecorded } from './describe-recorded.js';
import { scenarioNames } from './scenario.js';

const token = 'the-token-of-a-recorded-vault';

for (const name of scenarioNames) {
  describeRecorded(name, async () => {
    const vault = await startReplayedVault(readVaultExchanges(name), token);
    return { port: vault.port, token, close: () => vault.close() };
  });
}
