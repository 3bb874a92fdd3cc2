import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { createCanaries, formsOf } from '../../support/canaries.js';
import { failing, unrenderable } from '../../support/canary-files.js';
import { startCanaryServer, type CanaryServer } from '../../support/canary-server.js';
import { coveredRoutes, routesInTable, targetsAtRoot, targetsFor, type Target } from '../../support/canary-targets.js';
import { badDaysOf } from '../../support/canary-vault.js';
import { createCleanups } from '../../support/cleanups.js';
import { aFolder } from '../../support/folders.js';
import { eventually } from '../../support/eventually.js';
import { startProgram } from '../../support/program-process.js';
import { hexHmac, readWebhook } from '../../support/webhooks.js';

/** What answers have that resolve everything. */
const served = [
  'cipher',
  'cipher of the previous key',
  'kv1',
  'kv2',
  'lease',
  'pinned',
  'reference',
  'sops',
  'transit',
];
/** Where only some of it is asked for: in files as they are, and in what is encrypted here. */
const isFile = ({ path: asked }: Target): boolean =>
  /\.(conf|yml)(\?useDefaultLabel)?$/.test(asked) && /^\/[^/]+\/[^/]+\//.test(asked);

/** Whether the answer is made of secrets. */
const isConfiguration = ({ method, path: asked }: Target): boolean =>
  method === 'GET' && !/^\/(actuator|-|key|encrypt|decrypt|monitor)(\/|$)/.test(asked);

interface Answer {
  readonly status: number;
  readonly inHeaders: readonly string[];
  readonly inBody: readonly string[];
  readonly text: string;
}

describe('secrets of every kind, each with a canary', () => {
  const cleanups = createCleanups();
  const canaries = createCanaries();
  const badDays = badDaysOf(canaries);
  const cold = badDays.map((_, at) => `cold${at}`);
  let server: CanaryServer;
  /** How much of its output has been looked at. */
  let looked = 0;

  const send = async (who: string, { method, path: at, accept }: Target, body = '', more = {}): Promise<Answer> => {
    const { port, credentials, ofVault } = server;
    const headers = { ...credentials.get(who), 'X-Config-Token': ofVault.callerToken, accept, ...more };
    const reply = await ask(port, { path: at, method, headers, body });
    const text = reply.body.toString();
    return {
      status: reply.status,
      inHeaders: canaries.in(reply.headerLines.join('\n')),
      inBody: canaries.in(text),
      text,
    };
  };
  const get = (who: string, at: string, accept = '*/*'): Promise<Answer> =>
    send(who, { method: 'GET', path: at, accept });
  const told = ({ method, path: at, accept }: Target, { status }: Answer): string =>
    `${method} ${at} (${accept}) ${status}`;

  /** Sends all of them; tells of each answer that has canaries which it should not have. */
  async function drive(who: string, targets: readonly Target[], may: readonly string[]): Promise<string[]> {
    const answers = await Promise.all(targets.map(async (target) => [target, await send(who, target)] as const));
    return answers.flatMap(([target, answer]) => {
      const allowed = answer.status === 200 && isConfiguration(target) ? may : [];
      const wrong = [...answer.inHeaders, ...answer.inBody.filter((kind) => !allowed.includes(kind))];
      return wrong.map((kind) => `${told(target, answer)} for ${who}: ${kind}`);
    });
  }

  before(async () => {
    server = await startCanaryServer(cleanups, canaries, cold);

    await eventually(async () => ((await get('root', '/orders/default')).status === 200 ? true : undefined));
  });
  afterEach(async () => {
    server.vault.answer((asked) => server.ofVault.answer(asked));
    const output = server.program.output();
    expect(canaries.in(output.slice(looked)), 'what the server has written').to.deep.equal([]);
    looked = output.length;
    expect(await filesWithCanaries(server.folders), 'files').to.deep.equal([]);
  });
  after(() => cleanups.run());

  async function filesWithCanaries(folders: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const folder of folders)
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        const content = entry.isFile() ? await readFile(file) : '';
        for (const kind of [...canaries.in(content), ...canaries.in(entry.name)]) found.push(`${file}: ${kind}`);
      }
    return found;
  }

  it('are found in whatever form they come out, and only they', () => {
    const own = createCanaries();
    const text = own.mint('a', 'se"cret/é+x');
    for (const form of formsOf(text)) expect(own.in(`before ${form} after`), form).to.deep.equal(['a']);
    for (const before of ['', 'x', 'xy', 'xyz'])
      expect(own.in(Buffer.from(`${before}${text}y`).toString('base64'))).to.deep.equal(['a']);
    expect(own.in(Buffer.from(text))).to.deep.equal(['a']);
    expect(own.in('se"cret/')).to.deep.equal([]);
    expect(own.in(own.mint('b').slice(0, 14))).to.deep.equal(['part of a canary']);
  });

  it('are looked for on every route of the table', () => {
    expect([...coveredRoutes].sort()).to.deep.equal([...routesInTable()].sort());
  });

  it('are in the answers that should have them, whatever is asked for, and in no other', async () => {
    const targets = targetsFor('orders', true);
    expect(await drive('root', targets, served)).to.deep.equal([]);
    for (const target of targets.filter(({ method, path: at }) => method === 'GET' && at.startsWith('/orders'))) {
      const { status, inBody } = await send('root', target);
      if (status === 200 && !isFile(target)) expect(inBody, told(target, { status } as Answer)).to.deep.equal(served);
    }
    for (const accept of ['application/json', 'application/vnd.cairn.environment+json', '*/*'])
      expect((await get('root', '/orders/default', accept)).status).to.equal(200);
    for (const rendition of ['yml', 'yaml', 'properties', 'json'])
      expect((await get('root', `/orders-default.${rendition}`)).inBody, rendition).to.deep.equal(served);
    expect((await get('root', '/orders/default/main/app.conf')).inBody).to.deep.equal(['cipher', 'reference']);
    expect((await get('root', '/orders/default/main/app.yml')).inBody).to.deep.equal(['cipher']);
  });

  it('are in the answers to those who may read them, and in none to those who may not', async () => {
    const targets = targetsFor('orders', false).filter(({ accept }) => accept === '*/*');
    for (const who of server.credentials.keys()) {
      const isReader = ['root', 'ci', 'ann'].includes(who);
      expect(await drive(who, [...targets, ...targetsAtRoot()], isReader ? served : []), who).to.deep.equal([]);
      const { status, inBody } = await get(who, '/orders/default');
      expect([status, inBody.length > 0], who).to.deep.equal([statusFor(who), isReader]);
    }
  });
  const statusFor = (who: string): number =>
    ['root', 'ci', 'ann', 'blind'].includes(who) ? 200 : who === 'who may nothing' ? 403 : 401;

  it('are in no answer about what cannot be read, decrypted, nested or rendered', async () => {
    for (const [application, sign] of failing) {
      expect(await drive('root', targetsFor(application, false), served), application).to.deep.equal([]);
      expect((await get('root', `/${application}/default`)).text, application).to.match(sign);
    }
    for (const application of unrenderable) {
      const kinds = [...served, ...(application === 'loop' ? ['loop'] : [])];
      expect(await drive('root', targetsFor(application, false), kinds), application).to.deep.equal([]);
      const { status, inBody } = await get('root', `/${application}-default.json`);
      expect([status, inBody], application).to.deep.equal([status, []]);
      expect(status, application).to.be.within(400, 500);
    }
  });

  it('come out of decryption, and in no other answer to what is posted', async () => {
    const { cipher, plain, webhookSecret } = server;
    const post = (at: string, body: string, more = {}, who = 'root'): Promise<Answer> =>
      send(who, { method: 'POST', path: at, accept: '*/*' }, body, { 'Content-Type': 'text/plain', ...more });
    for (const at of ['', '/orders/default']) {
      const decrypted = await post(`/decrypt${at}`, cipher);
      expect([decrypted.text, decrypted.inHeaders]).to.deep.equal([plain, []]);
      expect((await post(`/encrypt${at}`, plain)).inBody).to.deep.equal([]);
    }
    const text = canaries.mint('what is posted');
    const { headers, payload } = readWebhook('github-push');
    const push = JSON.stringify({ ...payload, after: text });
    const signed = { ...headers, 'X-Hub-Signature-256': `sha256=${hexHmac(webhookSecret, push)}` };
    const answers = [
      await post('/decrypt', text),
      await post('/decrypt', `${cipher}${text}`),
      await post('/decrypt', cipher, {}, 'ci'),
      await post('/encrypt', text, { 'Content-Type': 'application/json' }),
      await post('/monitor', push, { ...headers, 'X-Hub-Signature-256': `sha256=${text}` }, 'who shows nothing'),
      await post('/monitor', `{"${text}": `, headers),
      await post('/monitor', push, signed, 'who shows nothing'),
      await post('/monitor', push, {
        'Content-Type': 'application/json',
        'X-Gitlab-Event': 'Push Hook',
        'X-Gitlab-Token': text,
      }),
    ];
    expect(answers.flatMap(({ inHeaders, inBody }) => [...inHeaders, ...inBody])).to.deep.equal([]);
    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 403, 200, 401, 400, 200, 200]);
  });

  it('are in nothing that is said of a file of tokens and users that is wrong', async () => {
    const { people, program } = server;
    const [hash = ''] = /sha256\$[\w-]{43}/.exec(people.text) ?? [];
    const password = canaries.mint('password for a name');
    const wrong = [
      people.text.slice(0, -20),
      people.text.replace('"hash":"', '"hash:'),
      people.text.replace(hash, `${hash}x`),
      people.text.replace('"name":"ci"', `"${hash}":"ci"`),
      people.text.replace('"tokens":[', `"users":[{"name":"ann:${password}"}],"tokens":["${hash}",`),
      `${people.text}${hash}`,
    ];
    const count = (): number => program.output().split('"credentials-refused"').length;
    for (const text of wrong) {
      const before = count();
      await people.folder.write({ [people.name]: text });
      await eventually(() => (count() > before ? true : undefined));
      const { text: health, inBody } = await get('root', '/actuator/health');
      expect(health).to.contain('"credentials":{"status":"UP","details":{"generation":1,"refused":"');
      expect(inBody).to.deep.equal([]);
      expect((await get('ci', '/orders/default')).status).to.equal(200);
    }
    await people.folder.write({ [people.name]: people.text });
  });

  for (const [at, [what, says]] of badDays.entries())
    it(`are where they were, or nowhere, while Vault ${what}`, async () => {
      server.vault.answer((asked) => says(asked) ?? server.ofVault.answer(asked));
      const first = await get('root', `/cold${at}/default`);
      expect([first.inBody, first.inHeaders]).to.deep.equal([[], []]);
      const all = [...targetsFor('orders', false), ...targetsFor(`cold${at}`, false), ...targetsAtRoot()];
      expect(await drive('root', all, served)).to.deep.equal([]);
    });

  it('are where they were, or nowhere, while Vault is down', async () => {
    await server.vault.close();
    const targets = [...targetsFor('orders', false), ...targetsFor('missing', false), ...targetsAtRoot()];
    expect(await drive('root', targets, served)).to.deep.equal([]);
    expect(server.program.output()).to.match(/Vault[^\n]*ECONNREFUSED/);
  });

  it('are nowhere in what is said while the server stops, nor left on the disk', async () => {
    server.program.signal('SIGTERM');
    expect(await server.program.ended).to.equal(0);
    expect(server.program.output()).to.contain('"level":"debug"').and.contain('stopped');
  });

  it('are in no message about settings that are wrong', async () => {
    const { settings, folders } = server;
    const folder = cleanups.add(await aFolder());
    const wrong = {
      'cut-off.json': settings.slice(0, -200),
      'level.json': settings.replace('"trace"', '"loud"'),
      'token.yml': `encryption: ${settings.replace('"trace"', '"loud"')}\nserver: {port: [`,
      'names.json': settings.replaceAll('"password-hash"', '"password"').replaceAll('"role-id"', '"role"'),
      'types.json': settings.replaceAll(/"(canaryq7[^"]*)"/g, '["$1"]'),
    };
    await folder.write(wrong);
    const [HOME = ''] = folders;
    const programs = Object.keys(wrong).map((name) =>
      startProgram(['serve', '--port', '0', '--config', path.join(folder.path, name)], { env: { HOME }, cwd: HOME }),
    );
    for (const program of programs) {
      expect(await program.ended).to.equal(2);
      expect(program.output()).to.contain('CONFIG_SETTINGS_INVALID');
      expect(canaries.in(program.output())).to.deep.equal([]);
    }
  });
});
