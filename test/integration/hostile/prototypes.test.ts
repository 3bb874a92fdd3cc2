import { expect } from 'chai';
import { load } from 'cairn-config-client';
import { ask } from '../../support/ask.js';
import { startCairnApp, type RunningApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { aRepository } from '../../support/git-repository.js';
import { aSettingsFolder } from '../../support/settings-folder.js';

const yaml = `
__proto__: { polluted: yaml }
constructor: { prototype: { polluted: yaml } }
base: &base { __proto__: { polluted: merged } }
merged: { <<: *base }
list: [{ __proto__: { polluted: list } }]
toString: text
`;
const json = '{"__proto__":{"polluted":"json"},"hasOwnProperty":true}';
const properties = '__proto__.polluted=properties\nconstructor.prototype.polluted=properties\n__proto__[0]=x\n';
const placeholder = 'motd: ${__proto__.polluted} ${constructor.name:none}\n';

describe('keys that objects have by themselves', () => {
  const cleanups = createCleanups();
  let server: RunningApp;
  const own = Object.getOwnPropertyNames(Object.prototype);

  before(async () => {
    const repository = aRepository().withFile('orders.yml', yaml).withFile('billing.properties', properties);
    const { uri } = cleanups.add(
      await repository.withFile('stock.json', json).withFile('motd.yml', placeholder).create(),
    );
    const folder = cleanups.add(await aSettingsFolder());
    const settings = `
observability: { log: { level: silent } }
serving: { overrides: { __proto__.polluted: override, constructor: override } }
sources: [{ type: git, uri: '${uri}' }]
`;
    server = cleanups.add(await startCairnApp(await folder.write('cairn.yml', settings)));
  });
  after(() => cleanups.run());
  afterEach(() => {
    expect(({} as Record<string, unknown>)['polluted'], 'every object').to.equal(undefined);
    expect(Object.getOwnPropertyNames(Object.prototype)).to.deep.equal(own);
    expect(Object.getOwnPropertyNames(Object)).not.to.include('polluted');
  });

  const text = async (path: string): Promise<string> => (await ask(server.port, { path })).body.toString();

  const sourceOf = async (path: string, at: number): Promise<string | undefined> =>
    [...(await text(path)).matchAll(/"source":(\{[^}]*\})/g)][at]?.[1];

  it('are keys like others in YAML, with merge keys too', async () => {
    expect(await sourceOf('/orders/default?resolvePlaceholders=false', 1)).to.equal(
      '{"__proto__.polluted":"yaml","constructor.prototype.polluted":"yaml","base.__proto__.polluted":"merged",' +
        '"merged.__proto__.polluted":"merged","list[0].__proto__.polluted":"list","toString":"text"}',
    );
  });

  it('are keys like others in properties and overrides', async () => {
    expect(await sourceOf('/billing/default', 1)).to.equal(
      '{"__proto__.polluted":"properties","constructor.prototype.polluted":"properties","__proto__[0]":"x"}',
    );
    expect(await sourceOf('/none/default', 0)).to.equal('{"__proto__.polluted":"override","constructor":"override"}');
  });

  it('are bytes like others in a file', async () => {
    expect(await text('/orders/default/main/stock.json')).to.equal(json);
  });

  for (const form of ['yml', 'json', 'properties'])
    for (const application of ['orders', 'billing'])
      it(`are written as they are, and touch nothing: ${application}-default.${form}`, async () => {
        const { status, body } = await ask(server.port, { path: `/${application}-default.${form}` });
        // A rendition may refuse keys that cannot be nested; it never answers without them.
        if (status === 200) expect(body.toString()).to.contain('__proto__').and.to.contain('override');
        else expect(status).to.equal(400);
      });

  it('are found as placeholders only where a source has them', async () => {
    expect(await text('/motd-default.properties')).to.contain('motd: override none');
  });

  it('are keys like others for the client', async () => {
    const config = await load({ url: server.url, application: 'orders' });
    const snapshot = config.current as Record<string, unknown>;
    await config.close();
    expect(Object.getOwnPropertyNames(snapshot)).to.include('__proto__').and.to.include('toString');
    expect(Object.getPrototypeOf(snapshot)).to.be.oneOf([null, Object.prototype]);
  });

  it('name no application, profile, alias or component that is there by itself', async () => {
    for (const path of ['/__proto__/constructor', '/constructor/__proto__/toString'])
      expect((await ask(server.port, { path })).status, path).to.be.oneOf([200, 400, 404]);
    for (const path of ['/actuator/health/__proto__', '/actuator/__proto__', '/constructor', '/key/__proto__'])
      expect((await ask(server.port, { path })).status, path).to.equal(404);
  });

  it('are harmless in a webhook', async () => {
    const body =
      '{"__proto__":{"polluted":"hook"},"constructor":{"prototype":{"polluted":"hook"}},"path":["__proto__"]}';
    const headers = { 'content-type': 'application/json' };
    expect((await ask(server.port, { path: '/monitor', method: 'POST', headers, body })).status).to.equal(200);
  });

  for (const key of ['__proto__', 'constructor', 'server.__proto__', 'security.constructor'])
    it(`are no settings: ${key}`, async () => {
      const folder = cleanups.add(await aSettingsFolder());
      const file = await folder.write(
        'cairn.yml',
        `sources: [{ type: native, search-locations: [/x] }]\n${key}.polluted: x\n`,
      );
      await expectError('CONFIG_SETTINGS_INVALID', () => startCairnApp(file));
    });
});
