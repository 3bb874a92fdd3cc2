import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** Vault's own server in a process of its own, in memory. */
export interface RealVault {
  readonly address: string;
  readonly rootToken: string;
  /** What only the test server tells of itself: undefined where another program is the Vault. */
  readonly testServer: TestServer | undefined;
  /** Sends as root, or with another token. */
  send(method: string, path: string, body?: unknown, token?: string): Promise<VaultReply>;
  close(): Promise<void>;
}

export interface TestServer {
  /** Any one of them opens a sealed Vault. */
  readonly unsealKeys: readonly string[];
  /** Where the same Vault asks for a client's certificate, and what is to be trusted there, in PEM. */
  readonly tlsAddress: string;
  readonly certificate: string;
  /** Names and passwords in the database behind the plugin `users` of the engine `database`. */
  users(): Promise<ReadonlyMap<string, string>>;
}

export interface VaultReply {
  readonly status: number;
  readonly body: Record<string, never>;
}

// The emitted tests lie in test/dist/support.
const build = fileURLToPath(new URL('../../support/vault-server/build', import.meta.url));

/**
 * For a `before` hook: the program of a Vault. `VAULT_TEST_SERVER` names the test server; without it `vault` on the path is
 * taken, else the test server is built, which needs Go and takes minutes the first time. Without all of that the suite is
 * skipped with the reason. What cannot be built although Go is there is a failure.
 */
export function needVault(context: Context): string {
  const given = process.env['VAULT_TEST_SERVER'];
  if (given !== undefined && given !== '') return given;
  if (isOnPath('vault')) return 'vault';
  if (!isOnPath('go')) {
    console.log('      skipped, there is neither VAULT_TEST_SERVER, nor `vault` on the path, nor Go to build it with');
    return context.skip();
  }
  context.timeout(25 * 60_000);
  return testServerProgram();
}

/** The program of the test server; built where `VAULT_TEST_SERVER` does not name it. */
export function testServerProgram(): string {
  const given = process.env['VAULT_TEST_SERVER'];
  if (given !== undefined && given !== '') return given;
  const { status, stdout, stderr } = spawnSync(build, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the Vault for tests cannot be built: ${stderr}`);
  return stdout.trim();
}

/** For a hook or a test: skipped, with the reason, where the Vault is another program than the test server, or an older one. */
export function needTestServer(context: Context, { testServer }: RealVault): TestServer {
  if (testServer !== undefined) return testServer;
  console.log('      skipped, this Vault is not the test server of test/support/vault-server');
  return context.skip();
}

const isOnPath = (program: string): boolean => spawnSync('which', [program]).status === 0;

export async function startRealVault(program: string): Promise<RealVault> {
  const { child, address, rootToken, testServer } = await (program === 'vault'
    ? startDevServer()
    : startTestServer(program));
  return {
    address,
    rootToken,
    testServer,
    send: (method, path, body, token = rootToken) => send(new URL(`/v1/${path}`, address), method, token, body),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, 'close');
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly address: string;
  readonly rootToken: string;
  readonly testServer?: TestServer;
}

/** What the test server prints; what is new in it may be missing. */
interface Printed extends Partial<Omit<TestServer, 'users'>> {
  readonly address: string;
  readonly rootToken: string;
}

async function startTestServer(program: string): Promise<Started> {
  const child = spawn(program, ['127.0.0.1:0'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const { address, rootToken, unsealKeys, tlsAddress, certificate } = await firstLine(child);
  if (unsealKeys === undefined || tlsAddress === undefined || certificate === undefined) {
    return { child, address, rootToken };
  }
  const testServer = { unsealKeys, tlsAddress, certificate, users: () => databaseUsers(address) };
  return { child, address, rootToken, testServer };
}

async function databaseUsers(address: string): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(`${address}/users`, { signal: AbortSignal.timeout(10_000) });
  return new Map(Object.entries((await response.json()) as Readonly<Record<string, string>>));
}

/** Vault's own program takes no port 0, so it is given one that was free a moment ago. */
async function startDevServer(): Promise<Started> {
  const rootToken = 'the-root-token';
  const place = `127.0.0.1:${String(await freePort())}`;
  const args = [
    'server',
    '-dev',
    '-dev-no-store-token',
    `-dev-root-token-id=${rootToken}`,
    `-dev-listen-address=${place}`,
  ];
  const child = spawn('vault', args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const address = `http://${place}`;
  await eventually(async () => ((await fetch(`${address}/v1/sys/health`)).ok ? true : undefined));
  // It brings a KV engine of its own there.
  await send(new URL('/v1/sys/mounts/secret', address), 'DELETE', rootToken, undefined);
  return { child, address, rootToken };
}

async function firstLine(child: ChildProcess): Promise<Printed> {
  let text = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (text.includes('\n')) break;
  }
  return JSON.parse(text.slice(0, text.indexOf('\n'))) as Printed;
}

async function send(url: URL, method: string, token: string, body: unknown): Promise<VaultReply> {
  const response = await fetch(url, {
    method,
    headers: token === '' ? {} : { 'X-Vault-Token': token },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, never> };
}

/** Mount → KV version and secrets, as recorded scenarios have them. */
export type VaultMounts = Readonly<
  Record<string, { readonly version: number; readonly data: Readonly<Record<string, unknown>> }>
>;

export async function fillVault(vault: RealVault, mounts: VaultMounts): Promise<void> {
  for (const [mount, { version, data }] of Object.entries(mounts)) {
    await vault.send('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: String(version) } });
    for (const [key, values] of Object.entries(data)) {
      const path = version === 2 ? `${mount}/data/${key}` : `${mount}/${key}`;
      await untilReady(() => vault.send('POST', path, version === 2 ? { data: values } : values));
    }
  }
}

/** A KV engine of version 2 sets itself up for a moment after it is mounted. */
export async function untilReady(act: () => Promise<VaultReply>): Promise<void> {
  for (let left = 200; ; left -= 1) {
    const { status } = await act();
    if (status < 300) return;
    if (left === 0) throw new Error(`Vault answers ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
