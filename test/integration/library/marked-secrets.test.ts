import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { load, Secret } from 'cairn-config-client';
import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { startCairnApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { kvOf, startFakeVault } from '../../support/fake-vault.js';
import { aFolder } from '../../support/folders.js';
import { aCiphers } from '../../support/key-stores.js';
import { sopsFixture } from '../../support/sops.js';

const identities = fileURLToPath(new URL('../../../fixtures/sops/identity.txt', import.meta.url));
const MARKED = 'application/vnd.cairn.environment+json';
const V2 = 'application/vnd.spring-cloud.config-server.v2+json';
const KEY = 'a key for tests';
/** In what is sealed here, in what SOPS sealed, and in what Vault has. */
const canary = /canary-4c1d|s3cret/;

interface Stage {
  readonly url: string;
  readonly log: () => string;
  readonly get: (target: string, accept?: string) => Promise<{ readonly tag: string; readonly text: string }>;
}

describe('secrets of every kind', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  /** The whole server at its most talkative, with a secret of each kind for `small`, and files that cannot be rendered. */
  async function start(): Promise<Stage> {
    const vault = cleanups.add(
      await startFakeVault(
        kvOf({ 'kv/small': { token: 'canary-4c1d-v' }, 'secret/db': { password: 'canary-4c1d-r' } }),
      ),
    );
    const ciphers = await aCiphers({ key: KEY });
    const seal = async (text: string): Promise<string> => `{cipher}${await ciphers.encrypt(text)}`;
    const folder = cleanups.add(
      await aFolder({
        'small.yml': sopsFixture('encrypted/small.yml').toString(),
        'application.yml': [
          `sealed: '${await seal('canary-4c1d-c')}'`,
          'whole: "{vault}:db#password"',
          'within: db://${vault:db#password}@db',
          'derived: db://${sealed}@db',
          'plain: x',
        ].join('\n'),
        'cycle.yml': 'a: ${of.${sealed}}\nof.canary-4c1d-c: ${a}\n',
        'nested.yml': `a..b: '${await seal('canary-4c1d-n')}'\n`,
        'expression.yml': `spring.config.activate.on-profile: a & b | c\n`,
      }),
    );
    const settings = {
      sources: [
        { type: 'native', 'search-locations': [folder.path] },
        { type: 'vault', backend: 'kv' },
      ],
      serving: { overrides: { over: await seal('canary-4c1d-o'), open: 'y' } },
      encryption: { key: KEY, age: { 'identities-file': identities } },
      vault: { address: vault.url, auth: { token: 'root' } },
      secrets: { allow: [{ applications: ['**'], paths: ['**'] }] },
      observability: { log: { level: 'trace', format: 'json' } },
      'data-directory': folder.path,
    };
    await folder.write({ 'cairn.yml': JSON.stringify(settings) });
    let log = '';
    const app = await startCairnApp(path.join(folder.path, 'cairn.yml'), (said) => (log += said));
    const { url, port } = cleanups.add(app);
    return {
      url,
      log: () => log,
      async get(target, accept = '*/*') {
        const { headers, headerLines, body } = await ask(port, { path: target, headers: { accept } });
        return { tag: headers.etag ?? '', text: `${headerLines.join('\n')}\n\n${body.toString()}` };
      },
    };
  }
  const bodyOf = ({ text }: { readonly text: string }): string => text.slice(text.indexOf('\n\n') + 2);

  it('are marked for who asks for that, and the answer is the second variant else', async () => {
    const { get } = await start();
    const marked = await get('/small/default', MARKED);
    expect(marked.text).to.contain(MARKED);
    expect(marked.tag).to.match(/^W\/"[0-9a-f]{64}-marked"$/);
    const { propertySources } = JSON.parse(bodyOf(marked)) as {
      propertySources: { source: Record<string, { secret?: true }> }[];
    };
    const keys = propertySources.flatMap(({ source }) =>
      Object.entries(source).flatMap(([key, property]) => (property.secret === true ? key : [])),
    );
    expect(keys.sort()).to.deep.equal(['a', 'b[0]', 'b[1]', 'over', 'sealed', 'token', 'whole', 'within']);
    const second = await get('/small/default', V2);
    const unmarked = bodyOf(marked).replaceAll(/\{"value":([^{}]*),"secret":true\}/g, (_, value: string) =>
      value.includes('"origin":') ? `{"value":${value}}` : value,
    );
    expect(unmarked).to.equal(bodyOf(second));
    expect(second.tag).to.equal(marked.tag.replace('marked', 'v2'));
    expect((await get('/small/default', MARKED)).text).to.equal(marked.text);
  });

  it('come out of the client as Secret, with what placeholders made of them', async () => {
    const { url } = await start();
    const config = cleanups.add(await load({ url, application: 'small', secrets: 'wrap' }));
    const revealed = ['sealed', 'whole', 'within', 'derived', 'over', 'token', 'a', 'b[0]', 'b[1]'].map((key) => {
      const value = config.get(key);
      return value instanceof Secret ? String(value.reveal()) : value;
    });
    expect(revealed).to.deep.equal([
      'canary-4c1d-c',
      'canary-4c1d-r',
      'db://canary-4c1d-r@db',
      'db://canary-4c1d-c@db',
      'canary-4c1d-o',
      'canary-4c1d-v',
      's3cret',
      '1',
      'true',
    ]);
    expect([config.get('plain'), config.get('open'), config.get('c_unencrypted')]).to.deep.equal(['x', 'y', 'hello']);
    expect(inspect([config, config.current, config.sources], { depth: 9 })).to.not.match(canary);
  });

  const refused: readonly (readonly [target: string, code: string])[] = [
    ['/cycle-default.yml', 'CONFIG_PLACEHOLDER_CYCLE'],
    ['/cycle-default.properties', 'CONFIG_PLACEHOLDER_CYCLE'],
    ['/nested-default.json', 'CONFIG_KEYS_NOT_NESTABLE'],
    ['/expression/a', 'CONFIG_FILE_INVALID'],
    ['/small/default/main/none.txt', ''],
    ['/actuator/health', 'UP'],
  ];

  it('are in no error, and not in the log', async () => {
    const { get, log } = await start();
    for (const target of ['/small/default', '/small-default.yml', '/nested/default']) {
      expect((await get(target)).text, target).to.match(canary);
    }
    for (const [target, code] of refused) {
      const { text } = await get(target);
      expect(text, target).to.contain(code).and.not.match(canary);
    }
    expect(log()).to.contain('/cycle-default.yml').and.not.match(canary);
  });
});
