import { expect } from 'chai';
import { startCairnApp, type RunningApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { compareAnswer } from './compare.js';
import { placeScenario, type PlacedScenario } from './place.js';
import { describeRequest, readScenario, scenarioNames } from './scenario.js';
import { sendRecorded } from './send.js';

for (const name of scenarioNames) {
  describe(`the answers recorded in ${name}`, () => {
    const scenario = readScenario(name);
    const cleanups = createCleanups();
    let place: PlacedScenario;
    let cairn: RunningApp;

    before(async () => {
      place = cleanups.add(await placeScenario(scenario));
      cairn = cleanups.add(await startCairnApp(place.settingsFile));
    });
    after(() => cleanups.run());

    for (const [at, exchange] of scenario.exchanges.entries()) {
      it(`${at + 1}: ${describeRequest(exchange.request)} is answered the same`, async () => {
        const answer = await sendRecorded(cairn.port, exchange.request);
        expect(compareAnswer(exchange, answer, place)).to.equal(undefined);
      });
    }
  });
}
