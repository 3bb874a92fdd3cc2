import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { exactMember, type ExactJson } from '../conformance/exact-json.js';
import { placeScenario } from '../conformance/place.js';
import { startRecordedServer, type RecordedServer } from '../conformance/recorded-server.js';
import { readScenario, type Scenario } from '../conformance/scenario.js';
import { startCairnProcess, type CairnProcess } from '../support/cairn-process.js';
import { createCleanups } from '../support/cleanups.js';
import { needPrograms } from '../support/real-program.js';

// The emitted test lies in test/dist/interop. The first run builds the client with Maven.
const program = fileURLToPath(new URL('../../interop/spring-client/run', import.meta.url));
const deadline = 280_000;

interface Read {
  readonly properties: readonly string[];
  /** How many keys each of the server's property sources has, in order. */
  readonly sourceSizes: readonly string[];
}

/** What a Spring Boot service reads when it starts with this configuration server. */
async function readAsSpring(
  url: string,
  application: string,
  profiles: string,
  keys: readonly string[],
): Promise<Read> {
  const run = promisify(execFile);
  const { stdout } = await run(program, [url, application, profiles, keys.join()], { timeout: deadline });
  const [properties = '', ...sources] = stdout.split(/^SOURCE /m);
  return {
    properties: properties.split(/^PROPERTY /m).slice(1),
    sourceSizes: sources.map((line) => line.trim().replace(/^.* /, '')),
  };
}

/** Every key of the recorded answer that the client's command line can name. */
function keysOf({ exchanges }: Scenario, path: string): string[] {
  const exchange = exchanges.find(({ request }) => request.path === path && request.headers === undefined);
  const sources = exactMember(exchange?.response.json, 'propertySources') as readonly ExactJson[];
  const keys = sources.flatMap((source) => [
    ...(exactMember(source, 'source') as ReadonlyMap<string, ExactJson>).keys(),
  ]);
  return [...new Set(keys)].filter((key) => /^[\w.\-[\]]+$/.test(key));
}

const cases = [
  { name: 'basic', application: 'orders', profiles: 'prod', atLeast: 8 },
  { name: 'basic', application: 'billing', profiles: 'prod', atLeast: 7 },
  { name: 'types', application: 'types', profiles: 'default', atLeast: 60 },
  { name: 'basic', application: 'orders', profiles: 'dev,prod', atLeast: 9 },
  { name: 'search-paths-placeholders', application: 'orders', profiles: 'prod', atLeast: 4 },
] as const;

describe('a Spring Boot service', () => {
  before(function () {
    needPrograms(this, ['bash', 'java', 'mvn']);
  });

  for (const { name, application, profiles, atLeast } of cases) {
    describe(`that starts as ${application} in ${profiles} (${name})`, () => {
      const scenario = readScenario(name);
      const cleanups = createCleanups();
      let reference: RecordedServer;
      let cairn: CairnProcess;

      before(async () => {
        const place = cleanups.add(await placeScenario(scenario));
        reference = cleanups.add(await startRecordedServer(scenario, place));
        cairn = cleanups.add(await startCairnProcess(['--config', place.settingsFile]));
      });
      after(() => cleanups.run());

      it('reads the same values from us as from the recorded answers', async () => {
        const keys = keysOf(scenario, `/${application}/${profiles}`);
        const recorded = await readAsSpring(reference.url, application, profiles, keys);
        expect(recorded.properties).to.have.length.of.at.least(atLeast);
        expect(await readAsSpring(cairn.url, application, profiles, keys)).to.eql(recorded);
      });
    });
  }
});
