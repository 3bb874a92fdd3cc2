import { expect } from 'chai';
import { startCairnApp, type RunningApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { compareAnswer } from './compare.js';
import { placeScenario, type PlacedScenario, type VaultPlace } from './place.js';
import { describeRequest, readScenario, type RecordedRequest, type Scenario } from './scenario.js';
import { sendRecorded } from './send.js';

/** Starts the Vault that a scenario reads. */
export type StartVault = (scenario: Scenario) => Promise<VaultPlace & { close(): Promise<void> }>;

/** Replays a scenario against the whole server. `prepare` runs first and may skip it. */
export function describeRecorded(
  name: string,
  startVault: StartVault,
  prepare: (this: Mocha.Context) => void = () => undefined,
): void {
  describe(`the answers recorded in ${name}`, () => {
    const scenario = readScenario(name);
    const cleanups = createCleanups();
    let vault: VaultPlace | undefined;
    let place: PlacedScenario;
    let cairn: RunningApp;

    before(prepare);
    before(async () => {
      vault = scenario.vault === undefined ? undefined : cleanups.add(await startVault(scenario));
      place = cleanups.add(await placeScenario(scenario, vault));
      cairn = cleanups.add(await startCairnApp(place.settingsFile));
    });
    after(() => cleanups.run());

    for (const [at, exchange] of scenario.exchanges.entries()) {
      it(`${at + 1}: ${describeRequest(exchange.request)} is answered the same`, async () => {
        const answer = await sendRecorded(cairn.port, withToken(exchange.request, vault));
        expect(compareAnswer(exchange, answer, place)).to.equal(undefined);
      });
    }
  });
}

function withToken(request: RecordedRequest, vault: VaultPlace | undefined): RecordedRequest {
  if (vault === undefined || request.headers === undefined) return request;
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    value.replaceAll('${vaultToken}', vault.token),
  ]);
  return { ...request, headers: Object.fromEntries(headers) as Record<string, string> };
}
