import { spawn, execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promises as fs } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endProcess } from './cairn-process.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);
const sshd = '/usr/sbin/sshd';

/** A private key file, and the line of its public half. */
export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface KeyOptions {
  readonly type: 'ed25519' | 'rsa' | 'ecdsa';
  /** Of `ssh-keygen -m`; default OpenSSH's own. */
  readonly format?: 'PEM' | 'PKCS8';
  readonly passphrase?: string;
}

/** Made by OpenSSH's own program. */
export async function makeKey(folder: string, name: string, options: KeyOptions): Promise<KeyPair> {
  const { type, format, passphrase = '' } = options;
  const path = join(folder, name);
  const form = format === undefined ? [] : ['-m', format];
  await run('ssh-keygen', ['-q', '-t', type, ...form, '-N', passphrase, '-C', 'test', '-f', path]);
  return { privateKey: await fs.readFile(path, 'utf8'), publicKey: (await fs.readFile(`${path}.pub`, 'utf8')).trim() };
}

export interface SshServerOptions {
  /** What each login runs. */
  readonly gitdir: string;
  readonly folder: string;
  readonly authorizedKeys: readonly string[];
}

/** A real sshd on loopback, in the foreground, with keys and configuration of its own. */
export interface SshServer {
  readonly port: number;
  readonly url: string;
  /** The line of its host key in a known_hosts file. */
  readonly knownHosts: string;
  readonly hostKey: string;
  /** How often somebody has been let in. */
  logins(): number;
  /** Listens on the same port again, with another host key. */
  changeHostKey(): Promise<void>;
  close(): Promise<void>;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
}

class Server implements SshServer {
  readonly port: number;
  readonly #options: SshServerOptions;
  #child: ChildProcess | undefined;
  #log = '';
  #keys = 0;
  hostKey = '';

  constructor(options: SshServerOptions, port: number) {
    this.#options = options;
    this.port = port;
  }

  get url(): string {
    return `ssh://${userInfo().username}@127.0.0.1:${this.port}/config.git`;
  }

  get knownHosts(): string {
    return `[127.0.0.1]:${this.port} ssh-ed25519 ${this.hostKey}\n`;
  }

  logins(): number {
    return this.#log.split('Accepted publickey').length - 1;
  }

  async start(): Promise<this> {
    const { folder, gitdir, authorizedKeys } = this.#options;
    const name = `host-${this.#keys}`;
    this.#keys += 1;
    const { publicKey } = await makeKey(folder, name, { type: 'ed25519' });
    this.hostKey = publicKey.split(' ')[1]!;
    await fs.writeFile(join(folder, 'authorized'), `${authorizedKeys.join('\n')}\n`, { mode: 0o600 });
    const lines = [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, name)}`,
      `PidFile none`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'LogLevel INFO',
      `ForceCommand git-upload-pack '${gitdir}'`,
    ];
    await fs.writeFile(join(folder, 'sshd_config'), `${lines.join('\n')}\n`);
    if (process.getuid?.() === 0) await fs.mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const child = spawn(sshd, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => {
      this.#log += chunk.toString();
    });
    this.#child = child;
    while (!(await isListening(this.port))) {
      if (child.exitCode !== null) throw new Error(`sshd does not start: ${this.#log}`);
      await pause(20);
    }
    return this;
  }

  async changeHostKey(): Promise<void> {
    await this.close();
    await this.start();
  }

  async close(): Promise<void> {
    if (this.#child !== undefined) await endProcess(this.#child);
    this.#child = undefined;
  }
}

export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  return new Server(options, await freePort()).start();
}
