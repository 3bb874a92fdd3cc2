import { expect } from 'chai';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accessOf, policyOf } from '#server/app/policy.js';
import { createToken } from '#server/app/credentials.js';
import { openAccess } from '#server/security/access.js';
import type { Settings } from '#server/settings/schema.js';
import { createCleanups } from '../../support/cleanups.js';
import { expectError } from '../../support/expect-error.js';
import { request } from '../../support/policy-requests.js';
import { recordEvents } from '../../support/record-events.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const { entry } = createToken({ name: 'ci', roles: 'reader', expires: 'never' }, 0);
const rules = [
  { name: 'all', principals: ['*'], applications: ['*'] },
  { name: 'no-trunk', effect: 'deny', labels: ['trunk', 'master'] },
];

describe('the access of a server', () => {
  const cleanups = createCleanups();
  let folder: SettingsFolder;
  beforeEach(async () => (folder = cleanups.add(await aSettingsFolder())));
  afterEach(() => cleanups.run());

  async function load(sources: readonly object[], security: object): Promise<Settings> {
    return (await folder.load('cairn.json', JSON.stringify({ sources, security }))).settings;
  }
  const secured = (more: object): object => ({ tokens: { entries: [entry] }, ...more });

  it('is open where no security is configured', async () => {
    const settings = await load([{ type: 'git', uri: '/srv/config' }], {});
    const open = await accessOf(settings, recordEvents().emit);
    open.close();
    expect(open.access).to.equal(openAccess);
  });

  const sources: readonly (readonly [string, object, boolean])[] = [
    ['main and master, of git', { type: 'git', uri: '/srv/config' }, false],
    ['the default label of git', { type: 'git', uri: '/srv/config', 'default-label': 'trunk' }, false],
    ['master in place of main', { type: 'git', uri: '/srv/config', 'default-label': 'main' }, false],
    ['another default label', { type: 'git', uri: '/srv/config', 'default-label': 'stable' }, true],
    ['master, of folders', { type: 'native', 'search-locations': ['/srv/config'] }, false],
  ];
  for (const [what, source, isAllowed] of sources) {
    it(`takes a request without a label for ${what}`, async () => {
      const settings = await load([source], secured({ policy: { rules } }));
      expect(policyOf(settings.security.policy, settings).decide(request('orders dev')).isAllowed).to.equal(isAllowed);
    });
  }

  it('sees that master may be answered where main is asked for', async () => {
    for (const tries of [true, false]) {
      const source = { type: 'git', uri: '/srv/config', 'default-label': 'stable', 'try-master-branch': tries };
      const settings = await load([source], secured({ policy: { rules } }));
      const ruling = policyOf(settings.security.policy, settings).decide(request('orders dev main'));
      expect(ruling.isAllowed).to.equal(!tries);
    }
  });

  it('takes no policy file out of what is served, by whatever name', async () => {
    const policy = await folder.write('policy.yml', 'rules: []\n');
    await mkdir(join(folder.path, 'repositories'));
    const inside: readonly object[] = [
      { type: 'git', uri: folder.path },
      { type: 'git', uri: `file://${folder.path}` },
      { type: 'git', uri: `${folder.path}/{application}` },
      {
        type: 'git',
        uri: 'https://git.example.com/a.git',
        repositories: [{ name: 'x', pattern: ['x'], uri: folder.path }],
      },
      { type: 'native', 'search-locations': [`${folder.path}/{application}`] },
    ];
    for (const source of inside) {
      const settings = await load([source], secured({ 'policy-file': policy }));
      await expectError('CONFIG_SETTINGS_INVALID', () => accessOf(settings, recordEvents().emit));
    }
    const outside: readonly object[] = [
      { type: 'git', uri: `${folder.path}/repositories` },
      { type: 'git', uri: 'git@git.example.com:{application}/config.git' },
      { type: 'git', uri: 'https://git.example.com/{application}.git' },
    ];
    for (const source of outside) {
      const opened = await accessOf(await load([source], secured({ 'policy-file': policy })), recordEvents().emit);
      opened.close();
    }
  });
});
