import { expect } from 'chai';
import { load, type Config } from 'cloud-config-client';
import { startCairnApp, type RunningApp } from '../support/cairn-app.js';
import { placeScenario, type PlacedScenario } from './place.js';
import { startRecordedServer, type RecordedServer } from './recorded-server.js';
import { readScenario, type Exchange } from './scenario.js';

interface Query {
  readonly name: string;
  readonly profiles: string;
  readonly label?: string;
}

/** What the recordings have an environment for. */
function queriesOf(exchanges: readonly Exchange[]): Query[] {
  const paths = exchanges
    .filter(({ request, response }) => request.method === undefined && request.headers === undefined && response.json)
    .filter(({ response, accept }) => response.status === 200 && accept === undefined)
    .map(({ request }) => request.path);
  const parts = paths.map((path) => /^\/([\w,-]+)\/([\w,-]+)(?:\/([\w.()-]+))?$/.exec(path) ?? []);
  return parts.flatMap(([, name, profiles, label]) =>
    name === undefined || profiles === undefined ? [] : [{ name, profiles, ...(label !== undefined && { label }) }],
  );
}

async function read(endpoint: string, query: Query): Promise<unknown> {
  const config: Config = await load({ endpoint, ...query });
  return { properties: config.properties, tree: config.toObject() };
}

describe('the npm package cloud-config-client', () => {
  for (const [name, count] of [
    ['basic', 21],
    ['types', 27],
    ['imports', 10],
    ['search-paths-static', 3],
    ['overrides', 5],
    ['native', 5],
  ] as const) {
    describe(`in the scenario ${name}`, () => {
      const scenario = readScenario(name);
      const queries = queriesOf(scenario.exchanges);
      let place: PlacedScenario;
      let reference: RecordedServer;
      let cairn: RunningApp;

      before(async () => {
        place = await placeScenario(scenario);
        reference = await startRecordedServer(scenario, place);
        cairn = await startCairnApp(place.settingsFile);
      });
      after(async () => {
        await cairn.close();
        await reference.close();
        await place.remove();
      });

      it('is asked for every environment that was recorded', () => {
        expect(queries).to.have.length.of.at.least(count);
      });

      for (const query of queries) {
        it(`reads ${Object.values(query).join('/')} the same from us as from the recorded answers`, async () => {
          expect(await read(cairn.url, query)).to.eql(await read(reference.url, query));
        });
      }
    });
  }
});
