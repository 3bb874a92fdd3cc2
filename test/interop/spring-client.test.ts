import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createToken, passwordHash } from '#server/app/credentials.js';
import { exactMember, type ExactJson } from '../conformance/exact-json.js';
import { placeScenario } from '../conformance/place.js';
import { startRecordedServer, type RecordedServer } from '../conformance/recorded-server.js';
import { readScenario, type Scenario } from '../conformance/scenario.js';
import { startCairnProcess, type CairnProcess } from '../support/cairn-process.js';
import { createCleanups } from '../support/cleanups.js';
import { aFolder } from '../support/folders.js';
import { startOauthStage, tokenOf } from '../support/oauth-stage.js';
import { openPolicy } from '../support/open-policy.js';
import { needPrograms } from '../support/real-program.js';

// The emitted test lies in test/dist/interop. The first run builds the client with Maven.
const program = fileURLToPath(new URL('../../interop/spring-client/run', import.meta.url));
const deadline = 280_000;

interface Read {
  readonly properties: readonly string[];
  /** How many keys each of the server's property sources has, in order. */
  readonly sourceSizes: readonly string[];
}

interface Client {
  readonly application: string;
  readonly profiles: string;
  readonly label?: string;
}

const run = promisify(execFile);

function argumentsOf({ label }: Client): string[] {
  return label === undefined ? [] : [`--spring.cloud.config.label=${label}`];
}

/** What a Spring Boot service reads when it starts with this configuration server. */
async function readAsSpring(url: string, client: Client, keys: readonly string[]): Promise<Read> {
  const { application, profiles } = client;
  const line = [url, application, profiles, keys.join(), ...argumentsOf(client)];
  const { stdout } = await run(program, line, { timeout: deadline });
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

interface Case extends Client {
  readonly name: string;
  readonly atLeast: number;
}

function pathOf({ application, profiles, label }: Client): string {
  return ['', application, profiles, ...(label === undefined ? [] : [label])].join('/');
}

const cases: readonly Case[] = [
  { name: 'basic', application: 'orders', profiles: 'prod', atLeast: 8 },
  { name: 'basic', application: 'billing', profiles: 'prod', atLeast: 7 },
  { name: 'types', application: 'types', profiles: 'default', atLeast: 60 },
  { name: 'basic', application: 'orders', profiles: 'dev,prod', atLeast: 9 },
  { name: 'search-paths-placeholders', application: 'orders', profiles: 'prod', atLeast: 4 },
  { name: 'encrypt-symmetric', application: 'vaulted', profiles: 'default', atLeast: 11 },
  { name: 'encrypt-rsa', application: 'vaulted', profiles: 'default', atLeast: 11 },
  { name: 'composite', application: 'orders', profiles: 'default', atLeast: 11 },
  { name: 'composite', application: 'orders', profiles: 'default', label: 'main', atLeast: 11 },
  { name: 'multi-repo', application: 'orders', profiles: 'prod', atLeast: 2 },
  { name: 'multi-repo', application: 'special-one', profiles: 'default', atLeast: 2 },
  { name: 'multi-repo', application: 'localapp', profiles: 'default', atLeast: 2 },
];

describe('a Spring Boot service', () => {
  before(function () {
    needPrograms(this, ['bash', 'java', 'mvn']);
  });

  for (const { name, atLeast, ...client } of cases) {
    const path = pathOf(client);
    describe(`that starts with ${path} (${name})`, () => {
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
        const keys = keysOf(scenario, path);
        const recorded = await readAsSpring(reference.url, client, keys);
        expect(recorded.properties).to.have.length.of.at.least(atLeast);
        expect(await readAsSpring(cairn.url, client, keys)).to.eql(recorded);
      });
    });
  }

  describe('that must have its configuration (fail-fast)', () => {
    const cleanups = createCleanups();
    let cairn: CairnProcess;

    before(async () => {
      const place = cleanups.add(await placeScenario(readScenario('basic')));
      cairn = cleanups.add(await startCairnProcess(['--config', place.settingsFile]));
    });
    after(() => cleanups.run());

    const start = (label: string): Promise<{ stdout: string }> => {
      const client = { application: 'orders', profiles: 'prod', label };
      const line = [
        cairn.url,
        'orders',
        'prod',
        'server.port,orders.max-items',
        '--spring.cloud.config.fail-fast=true',
      ];
      return run(program, [...line, ...argumentsOf(client)], { timeout: deadline });
    };

    it('starts with the values of a tag', async () => {
      expect((await start('v1')).stdout).to.contain('PROPERTY server.port=8081\nPROPERTY orders.max-items=500\n');
    });

    it('starts with the values of a branch whose name has a slash', async () => {
      const { stdout } = await start('feature/checkout');
      expect(stdout).to.contain('PROPERTY server.port=9091\nPROPERTY orders.max-items=750\n');
    });

    it('does not start where the label is not there', async () => {
      const failure = await start('nosuchlabel').catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(Error).and.to.have.property('code', 1);
    });
  });

  describe('that has a token of an authorization server', () => {
    const cleanups = createCleanups();
    after(() => cleanups.run());

    it('starts with it in a header', async () => {
      const { url, client } = await startOauthStage(cleanups);
      const header = `--spring.cloud.config.headers.Authorization=Bearer ${await tokenOf(client())}`;
      const { stdout } = await run(program, [url, 'orders', 'default', 'max-items', header], { timeout: deadline });
      expect(stdout).to.contain('PROPERTY max-items=50\n');
    });
  });

  describe('that shows who it is', () => {
    const cleanups = createCleanups();
    const { token, entry } = createToken({ name: 'ci', roles: 'reader', expires: '1d' }, Date.now());
    const password = 'p\u00e4ss:word';
    let cairn: CairnProcess;

    before(async () => {
      const folder = cleanups.add(await aFolder({ 'orders.yml': 'max-items: 50\n' }));
      const users = [{ name: 'J\u00fcrgen', 'password-hash': await passwordHash(password) }];
      const settings = {
        'data-directory': `${folder.path}/data`,
        sources: [{ type: 'native', 'search-locations': [folder.path] }],
        security: { basic: { users }, tokens: { entries: [entry] }, policy: openPolicy },
      };
      await folder.write({ 'cairn.json': JSON.stringify(settings) });
      cairn = cleanups.add(await startCairnProcess(['--config', `${folder.path}/cairn.json`]));
    });
    after(() => cleanups.run());

    const start = (...credentials: readonly string[]): Promise<{ stdout: string }> => {
      const line = [cairn.url, 'orders', 'default', 'max-items', '--spring.cloud.config.fail-fast=true'];
      return run(program, [...line, ...credentials], { timeout: deadline });
    };
    const basic = (word: string): string[] => [
      '--spring.cloud.config.username=J\u00fcrgen',
      `--spring.cloud.config.password=${word}`,
    ];

    it('starts with a password', async () => {
      expect((await start(...basic(password))).stdout).to.contain('PROPERTY max-items=50\n');
    });

    it('starts with a bearer token in a header', async () => {
      const header = `--spring.cloud.config.headers.Authorization=Bearer ${token}`;
      expect((await start(header)).stdout).to.contain('PROPERTY max-items=50\n');
    });

    it('does not start with a wrong password, or with none', async () => {
      for (const credentials of [basic('wrong'), []]) {
        const { code } = (await start(...credentials).catch((error: unknown) => error)) as { code: unknown };
        expect(code).to.equal(1);
      }
    });
  });
});
