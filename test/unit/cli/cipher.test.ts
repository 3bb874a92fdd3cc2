import { expect } from 'chai';
import { startHttp } from '../../support/http-fixture.js';
import { aCiphers } from '../../support/key-stores.js';
import { namedAuthenticator } from '../../support/secured.js';
import { runCairn } from '../../support/program-run.js';
import { aSettingsFolder, type SettingsFolder } from '../../support/settings-folder.js';

const recorded = '0257cae351e325823648989e5ed2e652272af4c9642919d1a7670561e3f1634f';

describe('cairn encrypt and decrypt', () => {
  let folder: SettingsFolder;
  let keyFile: string;
  before(async () => {
    folder = await aSettingsFolder();
    keyFile = await folder.write('key.txt', 'secretkey\n');
  });
  after(() => folder.remove());

  async function cairn(args: readonly string[], stdin = '', environment: Record<string, string> = {}) {
    const run = runCairn(args, environment, stdin);
    return { status: await run.status, stdout: run.stdout(), stderr: run.stderr() };
  }

  it('print the value to write and the text it stands for, by a key file', async () => {
    const sealed = await cairn(['encrypt', '--key-file', keyFile, 'mysecret']);
    expect(sealed).to.include({ status: 0, stderr: '' });
    expect(sealed.stdout).to.match(/^\{cipher\}[0-9a-f]{64}\n$/);
    const opened = await cairn(['decrypt', '--key-file', keyFile, sealed.stdout.trim()]);
    expect(opened).to.deep.equal({ status: 0, stdout: 'mysecret\n', stderr: '' });
  });

  it('read standard input, without the line feed at its end', async () => {
    expect(await cairn(['decrypt', '--key-file', keyFile], `${recorded}\n`)).to.include({ stdout: 'mysecret\n' });
    const sealed = await cairn(['encrypt', '--key-file', keyFile, '--suite', 'v2'], 'two\nlines\r\n');
    expect(sealed.stdout).to.match(/^\{cipher\}\{v:2\}\{key:[0-9a-f]{8}\}/);
    expect(await cairn(['decrypt', '--key-file', keyFile], sealed.stdout)).to.include({ stdout: 'two\nlines\n' });
  });

  it('print JSON', async () => {
    const opened = await cairn(['decrypt', '--json', '--key-file', keyFile, `{cipher}${recorded}`]);
    expect(JSON.parse(opened.stdout)).to.deep.equal({ text: 'mysecret' });
    const sealed = await cairn(['encrypt', '--json', '--key-file', keyFile, 'x']);
    expect(JSON.parse(sealed.stdout)).to.have.all.keys('value');
  });

  it('take the keys of a settings file that says nothing of what to serve, or of the environment', async () => {
    const config = await folder.write('application.yml', 'encrypt.key: secretkey\nserver.address: 0.0.0.0\n');
    expect(await cairn(['decrypt', '--config', config, recorded])).to.include({ status: 0, stdout: 'mysecret\n' });
    const environment = { CAIRN_ENCRYPTION__KEY: 'secretkey' };
    expect(await cairn(['decrypt', recorded], '', environment)).to.include({ status: 0, stdout: 'mysecret\n' });
  });

  it('let the key file win over a key store', async () => {
    const config = await folder.write('cairn.yml', 'encryption: { key: other, key-store: { location: /none } }\n');
    const opened = await cairn(['decrypt', '--config', config, '--key-file', keyFile, recorded]);
    expect(opened).to.include({ status: 0, stdout: 'mysecret\n' });
  });

  it('have a running server do it', async () => {
    const http = await startHttp({ http: { ciphers: await aCiphers({ key: 'secretkey' }), prefix: '/config' } });
    try {
      const args = ['--server', `${http.url}/config/`];
      const sealed = await cairn(['encrypt', ...args, '한국어']);
      expect(await cairn(['decrypt', ...args, sealed.stdout.trim()])).to.include({ status: 0, stdout: '한국어\n' });
      const refused = await cairn(['decrypt', ...args, '00']);
      expect(refused).to.deep.equal({
        status: 1,
        stdout: '',
        stderr: 'cairn: CONFIG_CIPHER_INVALID: Text not encrypted with this key\n',
      });
      const lost = await cairn(['encrypt', '--server', `${http.url}/elsewhere`, 'x']);
      expect(lost).to.include({ status: 1, stdout: '' });
      expect(lost.stderr).to.contain('answered 404');
    } finally {
      await http.server.close();
    }
    const gone = await cairn(['encrypt', '--server', http.url, 'x']);
    expect(gone).to.include({ status: 1, stderr: `cairn: CONFIG_SOURCE_UNAVAILABLE: No answer from ${http.url}.\n` });
  });

  it('show a running server a token, or a user’s password', async () => {
    const authenticator = namedAuthenticator();
    const http = await startHttp({ http: { ciphers: await aCiphers({ key: 'secretkey' }), authenticator } });
    const tokens = await Promise.all(
      ['encryptor:ci', 'reader:ci', 'canary'].map((token, at) => folder.write(`token-${at}`, `${token}\n`)),
    );
    const run = (token: string) => cairn(['encrypt', '--server', http.url, '--token-file', token, 'x']);
    const [good, reader, wrong, basic] = await Promise.all([
      ...tokens.map(run),
      cairn(['encrypt', '--server', http.url.replace('//', '//ann:canary@'), 'x']),
    ]);
    await http.server.close();
    expect(good).to.include({ status: 0, stderr: '' });
    expect(reader?.stderr).to.equal(`cairn: CONFIG_FORBIDDEN: ${http.url} does not let this principal do it.\n`);
    for (const refused of [wrong, basic]) {
      expect(refused).to.include({ status: 1, stdout: '' });
      expect(refused?.stderr).to.contain('wants to know who asks').and.not.to.contain('canary');
    }
  });

  it('take a token that a header takes only', async () => {
    for (const text of ['', 'a b', 'canary\u00e9', 'a\nb']) {
      const file = await folder.write('token', text);
      const refused = await cairn(['encrypt', '--server', 'http://127.0.0.1:1', '--token-file', file, 'x']);
      expect(refused).to.include({ status: 2, stdout: '' });
      expect(refused.stderr).to.contain('`--token-file` takes a file with a token').and.not.to.contain('canary');
    }
    const none = await cairn(['encrypt', '--server', 'http://127.0.0.1:1', '--token-file', `${folder.path}/none`, 'x']);
    expect(none.status).to.equal(2);
  });

  it('say of a server without a key that it has none', async () => {
    const http = await startHttp();
    try {
      const refused = await cairn(['encrypt', '--server', http.url, 'x']);
      expect(refused).to.include({ status: 1, stderr: `cairn: NO_KEY: ${http.url} has no such key.\n` });
    } finally {
      await http.server.close();
    }
  });

  it('end with 1 for a value that cannot be decrypted', async () => {
    const refused = await cairn(['decrypt', '--key-file', keyFile, '{cipher}00']);
    expect(refused).to.deep.equal({
      status: 1,
      stdout: '',
      stderr: 'cairn: CONFIG_CIPHER_INVALID: Text not encrypted with this key\n',
    });
  });

  const badUses: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [['encrypt', 'x'], /There is no key\. Give one as --key-file FILE/],
    [['encrypt', '--key-file', 'KEY'], /There is no text: standard input is empty/],
    [['encrypt', '--key-file', 'KEY', ''], /There is no text/],
    [['encrypt', '--key-file', '/none', 'x'], /`--key-file` \(the arguments\) names a file that cannot be read/],
    [['encrypt', '--key-file', 'KEY', '--suite', 'v1', 'x'], /Allowed choices are reference, v2/],
    [['decrypt', '--key-file', 'KEY', '--suite', 'v2', 'x'], /unknown option '--suite'/],
    [['encrypt', '--server', 'ftp://x', 'x'], /takes a URL such as/],
    [['encrypt', '--server', 'http://x', '--key-file', 'KEY', 'x'], /cannot be used with option/],
    [['encrypt', '--token-file', 'x', '--key-file', 'KEY', 'x'], /cannot be used with option/],
  ];
  for (const [args, said] of badUses) {
    it(`end with 2 for 'cairn ${args.join(' ')}' and say why`, async () => {
      const refused = await cairn(args.map((arg) => (arg === 'KEY' ? keyFile : arg)));
      expect(refused).to.include({ status: 2, stdout: '' });
      expect(refused.stderr).to.match(said);
    });
  }

  it('do not wait for a text on a terminal', async () => {
    const run = runCairn(['encrypt', '--key-file', keyFile], {}, null);
    expect(await run.status).to.equal(2);
    expect(run.stderr()).to.contain('Give the text as an argument, or on standard input.');
  });
});
