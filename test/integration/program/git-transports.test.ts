import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { needPrograms } from '../../support/real-program.js';
import { endPrograms, startProgram } from '../../support/program-process.js';

const canary = 'CANARY-81cc';
const withoutGit = { PATH: '/nonexistent' };

describe('the program and a remote that is reached by SSH', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'cairn-program-'))));
  afterEach(endPrograms);
  after(() => rm(folder, { recursive: true, force: true }));

  async function refusal(source: object, env: Record<string, string> = {}): Promise<string> {
    const config = join(folder, 'cairn.yml');
    const settings = { 'data-directory': join(folder, 'data'), sources: [{ type: 'git', ...source }] };
    await writeFile(config, JSON.stringify(settings));
    const cairn = startProgram(['serve', '--config', config, '--port', '0'], { env });
    const code = await cairn.ended;
    return `${String(code)} ${cairn.output()}`;
  }

  const remedies =
    /^1 cairn: CONFIG_GIT_TRANSPORT_UNSUPPORTED: .*transport ssh.*Install git 2\.32 or newer and an OpenSSH client.*http\(s\) address with a token/;

  it('say at the start what to do where there is no git program', async () => {
    expect(await refusal({ uri: 'git@git.example.com:shop/config.git' }, withoutGit)).to.match(remedies);
  });

  it('say so, too, of repositories that are opened when they are asked for', async () => {
    const repositories = [{ name: 'team', pattern: ['team/*'], uri: 'ssh://git@git.example.com/{application}' }];

    expect(await refusal({ uri: 'https://git.example.com/config', repositories }, withoutGit)).to.match(remedies);
  });

  it('refuse a key that cannot be parsed, and do not show it', async function () {
    needPrograms(this, ['git', 'ssh']);
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----\n`;
    const said = await refusal({ uri: 'git@git.example.com:a', ssh: { 'private-key': key } });

    expect(said).to.match(/CONFIG_SETTINGS_INVALID: .*private key for SSH cannot be parsed.*PKCS #1/);
    expect(said).to.not.include(canary);
  });

  it('refuse addresses that a program could take for options', async () => {
    const said = await refusal({ uri: 'ssh://-oProxyCommand=touch/config' }, withoutGit);

    expect(said).to.match(/CONFIG_SETTINGS_INVALID: .*host of another form/);
  });
});
