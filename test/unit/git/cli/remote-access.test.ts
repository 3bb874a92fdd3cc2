import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { GitProgram } from '#server/backends/git/cli/git-program.js';
import { remoteAccess } from '#server/backends/git/cli/remote-access.js';
import type { RemoteOptions } from '#server/backends/git/transport.js';
import { expectError } from '../../../support/expect-error.js';

const program: GitProgram = { path: '/usr/bin/git', version: [2, 40], ssh: "/opt/it's/ssh", searchPath: '/usr/bin' };
const secret = 'CANARY-secret';
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const known = 'h ssh-ed25519 AAAA';

const remote = (options: Partial<RemoteOptions>): RemoteOptions => ({
  url: 'https://git.example.com/config.git',
  timeoutMs: 5_000,
  skipTlsVerification: false,
  maxResponseBytes: 1,
  ...options,
});

const isThere = (path: string): Promise<boolean> =>
  fs.access(path).then(
    () => true,
    () => false,
  );

type Variables = Readonly<Record<string, string>>;

const environmentOf = (options: Partial<RemoteOptions>): Promise<Variables> =>
  remoteAccess(program, remote(options))((environment) => Promise.resolve(environment));

function configOf(variables: Variables): ReadonlyMap<string, string> {
  const count = Number(variables['GIT_CONFIG_COUNT']);
  return new Map(
    Array.from({ length: count }, (_, at) => [
      variables[`GIT_CONFIG_KEY_${at}`]!,
      variables[`GIT_CONFIG_VALUE_${at}`]!,
    ]),
  );
}

describe('what git is given to reach a remote', () => {
  it('has nothing of the user’s configuration, and no program that asks', async () => {
    const variables = await environmentOf({});

    expect(variables).to.deep.include({
      PATH: '/usr/bin',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '',
      GIT_ALLOW_PROTOCOL: 'https',
    });
    expect(configOf(variables).get('core.hooksPath')).to.equal('/dev/null');
    expect(configOf(variables).get('protocol.ext.allow')).to.equal('never');
    expect(Object.keys(variables)).to.not.include('NODE_OPTIONS');
  });

  it('has credentials for the remote’s own origin only, fed by variables', async () => {
    const variables = await environmentOf({ credentials: { username: 'reader', password: secret } });
    const config = configOf(variables);

    expect([variables['CAIRN_GIT_USERNAME'], variables['CAIRN_GIT_PASSWORD']]).to.deep.equal(['reader', secret]);
    expect([...config.keys()].filter((key) => key.startsWith('credential.'))).to.deep.equal([
      'credential.helper',
      'credential.https://git.example.com.helper',
    ]);
    expect([...config.values()].some((value) => value.includes(secret))).to.equal(false);
  });

  it('has a token as the password', async () => {
    const variables = await environmentOf({ credentials: { token: secret } });

    expect([variables['CAIRN_GIT_USERNAME'], variables['CAIRN_GIT_PASSWORD']]).to.deep.equal([
      'x-access-token',
      secret,
    ]);
  });

  it('has the proxy, except for hosts that are reached without', async () => {
    const http = { host: 'proxy.example.com', port: 3128, username: 'u', password: 'p@w', noProxy: ['*.internal'] };
    const [proxied, direct] = await Promise.all(
      ['https://git.example.com/a', 'https://git.internal/a'].map((url) => environmentOf({ url, proxy: { http } })),
    );

    expect(configOf(proxied!).get('http.proxy')).to.equal('http://u:p%40w@proxy.example.com:3128');
    expect(configOf(direct!).get('http.proxy')).to.equal('');
  });

  it('has certificates in a file that is gone afterwards', async () => {
    let path = '';
    const text = await remoteAccess(
      program,
      remote({ ca: 'CERTIFICATE' }),
    )(async (environment) => {
      path = configOf(environment).get('http.sslCAInfo')!;
      return fs.readFile(path, 'utf8');
    });

    expect(text).to.match(/-----BEGIN CERTIFICATE-----[\s\S]*\nCERTIFICATE(\n|$)/);
    expect(await isThere(path)).to.equal(false);
  });

  it('has the certificates that Node has been told to trust, too', async () => {
    const before = process.env['NODE_EXTRA_CA_CERTS'];
    const folder = await fs.mkdtemp(join(tmpdir(), 'cairn-test-'));
    process.env['NODE_EXTRA_CA_CERTS'] = join(folder, 'extra.pem');
    try {
      await fs.writeFile(join(folder, 'extra.pem'), 'EXTRA');
      const text = await remoteAccess(
        program,
        remote({}),
      )((environment) => fs.readFile(configOf(environment).get('http.sslCAInfo')!, 'utf8'));

      expect(text).to.match(/\nEXTRA$/);
    } finally {
      if (before === undefined) delete process.env['NODE_EXTRA_CA_CERTS'];
      else process.env['NODE_EXTRA_CA_CERTS'] = before;
      await fs.rm(folder, { recursive: true });
    }
  });

  it('may be plain HTTP where the remote is, and goes unchecked only where that is said', async () => {
    const variables = await environmentOf({ url: 'http://h/a', skipTlsVerification: true });

    expect(variables['GIT_ALLOW_PROTOCOL']).to.equal('http:https');
    expect(configOf(variables).get('http.sslVerify')).to.equal('false');
  });

  it('over SSH has key and known hosts in files that nobody else can read, and that are gone afterwards', async () => {
    const options = remote({ url: 'ssh://git@h/a', ssh: { privateKey, knownHosts: known, ignoreLocalSettings: true } });
    let folder = '';
    const seen = await remoteAccess(
      program,
      options,
    )(async (environment) => {
      folder = /IdentityFile="([^"]+)\/key"/.exec(environment['GIT_SSH_COMMAND']!)![1]!;
      const modes = await Promise.all(
        ['.', 'key', 'known_hosts', 'askpass'].map(async (name) => (await fs.stat(join(folder, name))).mode & 0o777),
      );
      return { modes, key: await fs.readFile(join(folder, 'key'), 'utf8') };
    });

    expect(seen).to.deep.equal({ modes: [0o700, 0o600, 0o600, 0o700], key: privateKey });
    expect(await isThere(folder)).to.equal(false);
  });

  it('over SSH is a command without configuration files, that asks nothing and takes no other host key', async () => {
    const ssh = { privateKey, knownHosts: known, ignoreLocalSettings: true };
    const variables = await environmentOf({ url: 'git@h:a', ssh });
    const command = variables['GIT_SSH_COMMAND']!.replaceAll(/"[^"]*\/(?=[a-z_]+")/g, '"/FOLDER/');

    expect(command).to.equal(
      `'/opt/it'\\''s/ssh' -F /dev/null -o 'StrictHostKeyChecking=yes' -o 'UserKnownHostsFile="/FOLDER/known_hosts"' ` +
        `-o 'GlobalKnownHostsFile=/dev/null' -o 'IdentitiesOnly=yes' -o 'IdentityAgent=none' -o 'IdentityFile="/FOLDER/key"' ` +
        `-o 'PreferredAuthentications=publickey' -o 'BatchMode=yes' -o 'NumberOfPasswordPrompts=1' -o 'ConnectTimeout=5' ` +
        `-o 'ServerAliveInterval=5' -o 'ServerAliveCountMax=1' -o 'UpdateHostKeys=no' -o 'CheckHostIP=no' -o 'ForwardAgent=no' ` +
        `-o 'ClearAllForwardings=yes' -o 'PermitLocalCommand=no' -o 'ControlPath=none' -o 'LogLevel=ERROR'`,
    );
    expect(variables['GIT_ALLOW_PROTOCOL']).to.equal('ssh');
  });

  it('over SSH has passphrase and password in variables only', async () => {
    const ssh = { privateKey, passphrase: secret, knownHosts: known, preferredAuthentications: 'password' };
    const variables = await environmentOf({ url: 'git@h:a', ssh, credentials: { password: `${secret}-2` } });

    expect(variables).to.deep.include({
      CAIRN_SSH_PASSPHRASE: secret,
      CAIRN_SSH_PASSWORD: `${secret}-2`,
      SSH_ASKPASS_REQUIRE: 'force',
    });
    expect(variables['GIT_SSH_COMMAND'])
      .to.include("'BatchMode=no'")
      .and.include("'PreferredAuthentications=password'");
    expect(variables['GIT_SSH_COMMAND']).to.not.include(secret);
  });

  it('over SSH is the user’s own keys and known hosts where the settings name none', async () => {
    const { GIT_SSH_COMMAND: command } = await environmentOf({ url: 'git@h:a' });

    expect(command).to.include("'StrictHostKeyChecking=yes'");
    expect(command).to.not.match(/Identity|KnownHostsFile/);
  });

  it('over SSH remembers hosts in the data directory where checking is not strict', async () => {
    const ssh = { strictHostKeyChecking: false, ignoreLocalSettings: true };
    const { GIT_SSH_COMMAND: command } = await environmentOf({
      ...{ url: 'git@h:a', ssh, learnedHosts: '/data 100%/known_hosts' },
      credentials: { password: secret },
    });

    expect(command).to.include(`'StrictHostKeyChecking=accept-new' -o 'UserKnownHostsFile="/data 100%%/known_hosts"'`);
    expect(command).to.include("'IdentityFile=none'");
  });

  const refused: readonly (readonly [string, Partial<RemoteOptions>, RegExp])[] = [
    ['a password of two lines', { credentials: { password: 'a\nb' } }, /no line breaks/],
    ['no key at all', { url: 'git@h:a', ssh: { ignoreLocalSettings: true } }, /private-key is needed/],
    ['no known host at all', { url: 'git@h:a', ssh: { ignoreLocalSettings: true, privateKey } }, /no host is known/],
    [
      'options among ways to authenticate',
      { url: 'git@h:a', ssh: { preferredAuthentications: 'x -o y' } },
      /names separated/,
    ],
    ['a key that is none', { url: 'git@h:a', ssh: { privateKey: secret } }, /has no line/],
  ];
  for (const [what, options, problem] of refused) {
    it(`is refused with ${what}`, async () => {
      const error = await expectError('CONFIG_SETTINGS_INVALID', () => remoteAccess(program, remote(options)));

      expect(error.message).to.match(problem);
      expect(error.message).to.not.include(secret);
    });
  }
});
