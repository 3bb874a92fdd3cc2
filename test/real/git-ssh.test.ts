import { generateKeyPairSync } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GitStoreOptions } from '#server/backends/git/git-store.js';
import { createCleanups } from '../support/cleanups.js';
import { aRepository } from '../support/git-repository.js';
import type { TestRepository } from '../support/git-repository.js';
import { aStore, signal } from '../support/git-stores.js';
import type { StoreUnderTest } from '../support/git-stores.js';
import { needPrograms } from '../support/real-program.js';
import { makeKey, startSshServer } from '../support/ssh-server.js';
import type { KeyOptions, KeyPair, SshServer } from '../support/ssh-server.js';
import { tempFolders } from '../support/temp-folders.js';

type Ssh = NonNullable<GitStoreOptions['ssh']>;

const canary = 'CANARY-passphrase-77';

interface Remote {
  readonly repository: TestRepository;
  readonly server: SshServer;
  readonly key: KeyPair;
  readonly dataDirectory: string;
  /** Lets one more key in. */
  readonly authorize: (publicKey: string) => Promise<void>;
  readonly serve: (ssh: Ssh, options?: Partial<GitStoreOptions>) => Promise<StoreUnderTest>;
}

describe('a remote behind a real sshd', () => {
  const cleanups = createCleanups();
  before(function () {
    needPrograms(this, ['git', 'ssh', 'ssh-keygen', '/usr/sbin/sshd']);
  });
  afterEach(() => cleanups.run());

  async function aRemote(keyOptions: KeyOptions = { type: 'ed25519' }): Promise<Remote> {
    const repository = cleanups.add(await aRepository().withFile('a.yml', 'a: 1\n').create());
    const folders = cleanups.add(tempFolders());
    const folder = await folders.create();
    const key = await makeKey(folder, 'client', keyOptions);
    const { gitdir } = repository;
    const server = cleanups.add(await startSshServer({ gitdir, folder, authorizedKeys: [key.publicKey] }));
    const dataDirectory = await folders.create();
    const serve = async (ssh: Ssh, options: Partial<GitStoreOptions> = {}): Promise<StoreUnderTest> => {
      const settings = { ignoreLocalSettings: true, privateKey: key.privateKey, ...ssh };
      const served = cleanups.add(
        aStore(server.url, { dataDirectory, timeoutMs: 5_000, ssh: settings, retryMs: 60_000, ...options }),
      );
      await served.store.start(signal);
      return served;
    };
    const authorize = (publicKey: string): Promise<void> => fs.appendFile(join(folder, 'authorized'), `${publicKey}\n`);
    return { repository, server, key, dataDirectory, authorize, serve };
  }

  async function secretsOnDisk(): Promise<readonly string[]> {
    return (await fs.readdir(tmpdir())).filter((name) => name.startsWith(`cairn-git-${process.pid}-`));
  }

  it('is mirrored, and a push is seen at the next check', async () => {
    const { repository, server, serve } = await aRemote();
    const served = await serve({ knownHosts: server.knownHosts });
    const before = await served.text(null, 'a.yml');
    await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    await served.store.refresh({}, signal);

    expect([before, await served.text(null, 'a.yml')]).to.deep.equal(['a: 1\n', 'a: 2\n']);
    expect(await secretsOnDisk()).to.deep.equal([]);
  });

  const keys: readonly (readonly [string, KeyOptions])[] = [
    ['of Ed25519 with a passphrase', { type: 'ed25519', passphrase: canary }],
    ['of RSA in PKCS #1', { type: 'rsa', format: 'PEM' }],
    ['of RSA in PKCS #1 with a passphrase', { type: 'rsa', format: 'PEM', passphrase: canary }],
    ['of RSA in PKCS #8', { type: 'rsa', format: 'PKCS8' }],
    ['of RSA in PKCS #8 with a passphrase', { type: 'rsa', format: 'PKCS8', passphrase: canary }],
    ['of ECDSA in OpenSSH’s form', { type: 'ecdsa' }],
    ['of ECDSA in PEM with a passphrase', { type: 'ecdsa', format: 'PEM', passphrase: canary }],
  ];
  for (const [what, options] of keys) {
    it(`is reached by a key ${what}`, async () => {
      const { server, serve } = await aRemote(options);
      const { passphrase } = options;
      const served = await serve({
        knownHosts: server.knownHosts,
        ...(passphrase === undefined ? {} : { passphrase }),
      });

      expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
    });
  }

  it('is reached by a key of Ed25519 in PKCS #8, which older programs of OpenSSH do not read', async () => {
    const { server, authorize, serve } = await aRemote();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { x } = publicKey.export({ format: 'jwk' });
    const head = Buffer.from('0000000b7373682d6564323535313900000020', 'hex');
    await authorize(`ssh-ed25519 ${Buffer.concat([head, Buffer.from(x!, 'base64url')]).toString('base64')}`);
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const served = await serve({ knownHosts: server.knownHosts, privateKey: pem });

    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
  });

  it('is reached where the host key is given by itself', async () => {
    const { server, serve } = await aRemote();
    const served = await serve({ hostKey: server.hostKey, hostKeyAlgorithm: 'ssh-ed25519' });

    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
  });

  it('is never connected to once its host key has changed, and goes on being served as it was', async () => {
    const { server, repository, serve } = await aRemote();
    const served = await serve({ knownHosts: server.knownHosts });
    await repository.commit({ files: { 'a.yml': 'a: 2\n' } });
    const logins = server.logins();
    await server.changeHostKey();
    await served.store.refresh({}, signal).catch(() => undefined);

    expect(served.store.health().error).to.match(/shows another host key than the one that is pinned/);
    expect(await served.text(null, 'a.yml')).to.equal('a: 1\n');
    expect(server.logins()).to.equal(logins);
  });

  it('is trusted on first sight where checking is not strict, and refused when its key has changed', async () => {
    const { server, dataDirectory, serve } = await aRemote();
    const served = await serve({ strictHostKeyChecking: false });
    const before = await served.text(null, 'a.yml');
    await server.changeHostKey();
    await served.store.refresh({}, signal).catch(() => undefined);

    expect(before).to.equal('a: 1\n');
    expect(await fs.readFile(join(dataDirectory, 'known_hosts'), 'utf8')).to.include(`[127.0.0.1]:${server.port}`);
    expect(served.store.health().error).to.match(/shows another host key/);
  });

  it('is not connected to where another host’s key is known only', async () => {
    const { server, serve } = await aRemote();
    const served = await serve({ knownHosts: server.knownHosts.replace('127.0.0.1', 'other.example') });

    expect(served.store.health().error).to.match(/shows a host key, and none is pinned for it/);
    expect(server.logins()).to.equal(0);
  });

  it('refuses a key it does not know', async () => {
    const { server, serve } = await aRemote();
    const other = await makeKey(await cleanups.add(tempFolders()).create(), 'other', { type: 'ed25519' });
    const served = await serve({ knownHosts: server.knownHosts, privateKey: other.privateKey });

    expect(served.store.health().error).to.match(/refuses the keys and passwords for SSH that are set/);
  });

  it('is not asked with a key that the passphrase does not open, and no event or report has it', async () => {
    const { server, serve } = await aRemote({ type: 'ed25519', passphrase: 'another' });
    const served = await serve({ knownHosts: server.knownHosts, passphrase: canary });
    const told = JSON.stringify([served.events, served.store.health()]);

    expect(served.store.health().error).to.match(/passphrase|refuses the keys/);
    expect([told.includes(canary), told.includes('PRIVATE KEY')]).to.deep.equal([false, false]);
  });

  it('that is gone is told so', async () => {
    const { server, serve } = await aRemote();
    await server.close();
    const served = await serve({ knownHosts: server.knownHosts });

    expect(served.store.health().error).to.equal(`The remote ${server.url} cannot be reached (ECONNREFUSED).`);
  });
});
