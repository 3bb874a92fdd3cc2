import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ask } from '../../support/ask.js';
import { startCairnApp } from '../../support/cairn-app.js';
import { createCleanups } from '../../support/cleanups.js';
import { aFolder, type Folder } from '../../support/folders.js';
import { aRepository } from '../../support/git-repository.js';

/** Requests of published exploits, as they were sent. */
const published: Readonly<Record<string, readonly string[]>> = {
  'CVE-2019-3799': [
    '/test/pathtraversal/master/..%252f..%252f..%252f..%252f..%252fsecret.yml',
    '/test/pathtraversal/master/..%252f..%252fsecret.yml',
  ],
  'CVE-2020-5405': [
    '/a/b/%252f..%252f..%252f..%252f..%252f..%252fsecret.yml',
    '/a/b/%252f..%252f..%252fsecret.yml',
    '/orders/(_)..(_)..(_)/secret.yml',
  ],
  'CVE-2020-5410': [
    '/..%252F..%252F..%252Fsecret%23foo/development',
    '/..%252Fsecret%23/development',
    '/..%252F..%252F..%252Fetc%252Fpasswd%23foo/development',
  ],
  'CVE-2026-22739': ['/secret/..', '/secret/..%2F..', '/secret/..(_)..', '/secret/..%252f..%252f', '/secret/..,dev'],
};

/** `..` and a separator in the encodings that have fooled servers. */
const dots = ['..', '%2e%2e', '.%2e', '%252e%252e', '..;x=1', '(_)..', '%c0%ae%c0%ae', '..%00'];
const separators = ['/', '%2f', '%5c', '\\', '%252f', '(_)', '//', '%00/'];
const places: readonly ((climb: string) => string)[] = [
  (climb) => `/${climb}secret/default`,
  (climb) => `/secret/${climb}`,
  (climb) => `/orders/${climb}secret`,
  (climb) => `/secret/default/${climb}`,
  (climb) => `/orders/default/${climb}secret.yml`,
  (climb) => `/orders/default/master/${climb}secret.yml`,
  (climb) => `/orders/default/main/lib/${climb}secret.yml`,
  (climb) => `/orders/default/${climb}secret.yml?useDefaultLabel`,
  (climb) => `/${climb}secret-default.yml`,
  (climb) => `/${climb}/secret-default.properties`,
  (climb) => `/main/${climb}secret-default.json`,
];
const traversals = places.flatMap((place) =>
  dots.flatMap((dot) =>
    separators.flatMap((separator) => [1, 2].map((times) => place(`${dot}${separator}`.repeat(times)))),
  ),
);

const locations = ['', '/{application}', '/{profile}', '/{label}/{application}'];

describe('a path that leads out of what is served', () => {
  const cleanups = createCleanups();
  let base: Folder;
  let port: number;

  before(async () => {
    base = cleanups.add(
      await aFolder({
        'secret.yml': 'key: canary\n',
        'secret-default.yml': 'key: canary\n',
        'config/orders.yml': 'a: 1\n',
        'config/lib/x.txt': 'x\n',
        'config/.git/secret.yml': 'key: canary\n',
      }),
    );
    await symlink(join(base.path, 'secret.yml'), join(base.path, 'config/linked.yml'));
    await symlink(base.path, join(base.path, 'config/up'));
    const repository = await aRepository().withFile('orders.yml', 'b: 1\n').create(join(base.path, 'repository'));
    await repository.commit({ symlinks: { 'linked.yml': '../secret.yml', up: '..' } });
    port = await serve([
      { type: 'native', 'search-locations': locations.map((location) => inFolder(`config${location}`)) },
      { type: 'git', uri: repository.uri, 'search-paths': ['{application}', '{profile}', '{label}', 'lib/*'] },
    ]);
  });
  after(() => cleanups.run());

  const inFolder = (name: string): string => join(base.path, name);

  async function serve(sources: readonly object[]): Promise<number> {
    await base.write({ 'cairn.yml': JSON.stringify({ observability: { log: { level: 'silent' } }, sources }) });
    return cleanups.add(await startCairnApp(inFolder('cairn.yml'))).port;
  }

  /** The paths that do not end in a refusal without the canary. */
  async function taken(paths: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const path of paths) {
      const { status, body } = await ask(port, { path });
      if (status >= 500 || body.includes('canary') || body.includes('root:')) found.push(`${status} ${path}`);
    }
    return found;
  }

  it('would be seen if it were served', async () => {
    const open = await serve([{ type: 'native', 'search-locations': [base.path] }]);
    expect((await ask(open, { path: '/secret/default' })).body.toString()).to.contain('canary');
    expect((await ask(port, { path: '/orders/default' })).status).to.equal(200);
  });

  for (const [cve, paths] of Object.entries(published))
    it(`leads nowhere as the exploit of ${cve} writes it`, async () => {
      expect(await taken(paths)).to.deep.equal([]);
    });

  it('leads nowhere in any encoding, in any part of any route', async () => {
    expect(await taken(traversals)).to.deep.equal([]);
  });

  it('leads nowhere through symbolic links, of a folder or of a commit', async () => {
    const through = ['linked.yml', 'up/secret.yml', 'up(_)secret.yml', '.git/secret.yml', '.git/config'];
    expect(await taken(through.map((path) => `/orders/default/main/${path}`))).to.deep.equal([]);
    expect(await taken(['/linked/default', '/up/default', '/secret/up', '/secret/default/up'])).to.deep.equal([]);
  });
});
