import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { createCleanups } from '../../support/cleanups.js';
import { kvOf, type VaultSays } from '../../support/fake-vault.js';
import { startReferringServer } from '../../support/referring-server.js';

/** In the secrets, in the token of the server, and in all that a Vault on a bad day says. */
const canary = /canary-9e27/;
const secrets = {
  'secret/orders/db': { password: 'canary-9e27', port: 5432 },
  'secret/odd/loop': { self: '${of.${name}}', name: 'canary-9e27' },
};
const files = {
  'orders.yml': 'password: "{vault}:orders/db#password"\nurl: db://${vault:orders/db#password}@db\n',
  'loop.yml': 'self: "{vault}:odd/loop#self"\nname: "{vault}:odd/loop#name"\nof.canary-9e27: ${self}\n',
  'a.conf': 'password=${vault:orders/db#password}\n',
  'loop.conf': '${self}\n',
};

const html = '<html>canary-9e27</html>';
const badDays: readonly (readonly [string, VaultSays])[] = [
  ['is sealed', { status: 503, body: { errors: ['canary-9e27'] } }],
  ['has too much to do', { status: 429, body: { errors: ['canary-9e27'] }, headers: { 'Retry-After': 'canary-9e27' } }],
  ['forbids it', { status: 403, body: { errors: ['canary-9e27'], data: { password: 'canary-9e27' } } }],
  ['fails', { status: 500, text: html }],
  ['redirects', { status: 307, headers: { Location: 'http://127.0.0.1:1/canary-9e27?token=canary-9e27' } }],
  ['answers in HTML', { text: html, headers: { 'Content-Type': 'text/html' } }],
  ['answers something else', { body: { data: ['canary-9e27'], 'canary-9e27': true } }],
  ['answers half', { text: '{"data":{"password":"canary-9e27"' }],
  ['answers too much', { body: { data: { password: 'canary-9e27'.repeat(400_000) } } }],
];

const targets = ['/orders/default', '/orders-default.yml', '/orders-default.properties', '/orders/default/main/a.conf'];
const loops = ['/loop-default.yml', '/loop-default.properties', '/loop/default/main/loop.conf'];
const others = ['/actuator/health', '/actuator/health/readiness', '/actuator/info', '/orders/default/main/none.conf'];

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

describe('a canary among the secrets that values refer to', () => {
  const cleanups = createCleanups();
  afterEach(() => cleanups.run());

  const start = (say: (asked: { path: string }) => VaultSays = kvOf(secrets)) =>
    startReferringServer(cleanups, { files, says: say, vault: 'auth: { token: hvs.canary-9e27 }' });
  const MARKED = { accept: 'application/vnd.cairn.environment+json' };

  it('is in the answers that should have it, and neither in the log nor on the disk', async () => {
    const { get, log, folder } = await start();
    for (const target of targets) {
      const { text, headers } = await get(target, { accept: '*/*' });
      expect(text, target).to.match(canary);
      expect(JSON.stringify(headers), target).to.not.match(canary);
    }
    expect((await get('/orders/default', MARKED)).text.match(/"secret":true/g)).to.have.length(2);
    for (const target of [...loops, ...others]) {
      const { text, headers } = await get(target, { accept: '*/*' });
      expect(text + JSON.stringify(headers), target).to.not.match(canary);
    }
    expect(log()).to.contain('/loop-default.yml 400').and.not.match(canary);
    const written = await filesBelow(folder);
    const contents = await Promise.all(written.map((file) => readFile(file, 'latin1')));
    const holding = written.filter((_, i) => canary.test(contents[i] ?? ''));
    expect(holding.map((file) => path.basename(file))).to.deep.equal(['cairn.yml']);
  });

  for (const [title, says] of badDays) {
    it(`is nowhere where Vault ${title}`, async () => {
      const { get, log } = await start(({ path: asked }) => (asked.startsWith('secret/') ? says : { status: 404 }));
      for (const target of [...targets, ...others]) {
        const { text, headers } = await get(target, { accept: '*/*' });
        expect(text + JSON.stringify(headers), target).to.not.match(canary);
      }
      expect(log()).to.contain('orders').and.not.match(canary);
    });
  }
});
