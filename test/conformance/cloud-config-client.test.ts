import { expect } from 'chai';
import { load, type Config } from 'cloud-config-client';
import { passwordHash } from '#server/app/credentials.js';
import { startCairnApp, type RunningApp } from '../support/cairn-app.js';
import { createCleanups } from '../support/cleanups.js';
import { aFolder } from '../support/folders.js';
import { openPolicy } from '../support/open-policy.js';
import { placeScenario } from './place.js';
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
  return { properties: config.properties, tree: treeOf(config) };
}

// The client itself fails on some of the recorded environments: without any source, or with a value above other keys.
function treeOf(config: Config): unknown {
  try {
    return config.toObject();
  } catch (error) {
    return String(error);
  }
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
      const cleanups = createCleanups();
      let reference: RecordedServer;
      let cairn: RunningApp;

      before(async () => {
        const place = cleanups.add(await placeScenario(scenario));
        reference = cleanups.add(await startRecordedServer(scenario, place));
        cairn = cleanups.add(await startCairnApp(place.settingsFile));
      });
      after(() => cleanups.run());

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

  describe('with a server that asks who it is', () => {
    const cleanups = createCleanups();
    const password = 'pass:word';
    let cairn: RunningApp;

    before(async () => {
      const folder = cleanups.add(await aFolder({ 'orders.yml': 'max-items: 50\n' }));
      const users = [{ name: 'orders', 'password-hash': await passwordHash(password) }];
      const settings = {
        'data-directory': `${folder.path}/data`,
        sources: [{ type: 'native', 'search-locations': [folder.path] }],
        security: { basic: { users }, policy: openPolicy },
      };
      await folder.write({ 'cairn.json': JSON.stringify(settings) });
      cairn = cleanups.add(await startCairnApp(`${folder.path}/cairn.json`));
    });
    after(() => cleanups.run());

    it('reads with a password', async () => {
      const auth = { user: 'orders', pass: password };
      const config = await load({ endpoint: cairn.url, name: 'orders', auth });
      expect(config.properties).to.eql({ 'max-items': 50 });
    });

    for (const [what, auth] of [
      ['a wrong password', { auth: { user: 'orders', pass: 'wrong' } }],
      ['none', {}],
    ] as const)
      it(`reads nothing with ${what}`, async () => {
        const failure = await load({ endpoint: cairn.url, name: 'orders', ...auth }).catch((error: unknown) => error);
        expect(String(failure)).to.contain('401');
      });
  });
});
