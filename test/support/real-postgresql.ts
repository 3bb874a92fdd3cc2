import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promises as fs } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { Client } from 'pg';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { selfSigned } from './self-signed.js';

/** A PostgreSQL of its own, on loopback with TLS, in a folder that goes with it. */
export interface RealPostgresql {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Rows of a statement. */
  query(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where Debian has it, or beside `postgres` of the path. */
export function postgresqlPrograms(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort() : [];
  const folders = versions.map((version) => `/usr/lib/postgresql/${version}/bin`).reverse();
  return [...folders, ...(process.env['PATH'] ?? '').split(':')].find((folder) => existsSync(join(folder, 'initdb')));
}

/** For a `before` hook: skips the suite, with the reason, where there is no PostgreSQL. In CI it fails instead. */
export function needPostgresql(context: Context): void {
  if (postgresqlPrograms() !== undefined) return;
  const reason = 'not on this machine: PostgreSQL (initdb)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.log(`      skipped, ${reason}`);
  context.skip();
}

const password = 'canary-of-the-database';
const username = 'auditor';

export async function startPostgresql(): Promise<RealPostgresql> {
  const programs = postgresqlPrograms() ?? '';
  const folder = await fs.mkdtemp(join(tmpdir(), 'cairn-postgresql-'));
  const data = join(folder, 'data');
  // It refuses to run as root.
  const owner = process.getuid?.() === 0 ? await unprivileged(folder) : {};
  await fs.writeFile(join(folder, 'password'), password, { mode: 0o644 });
  run(
    join(programs, 'initdb'),
    [
      '-D',
      data,
      '-U',
      username,
      '-A',
      'scram-sha-256',
      '--pwfile',
      join(folder, 'password'),
      '--no-sync',
      '-E',
      'UTF8',
    ],
    owner,
  );
  await fs.writeFile(join(data, 'server.key'), selfSigned.key, { mode: 0o600 });
  await fs.writeFile(join(data, 'server.crt'), selfSigned.cert);
  if (owner.uid !== undefined) await fs.chown(join(data, 'server.key'), owner.uid, owner.gid ?? owner.uid);
  const port = await freePort();
  const settings = { port, ssl: 'on', listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], { ...owner, stdio: 'ignore' });
  const config = {
    host: '127.0.0.1',
    port,
    user: username,
    password,
    database: 'postgres',
    ssl: { ca: selfSigned.cert },
  };
  const query: RealPostgresql['query'] = async (statement) => {
    const client = new Client(config);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  };
  const started = (): Promise<unknown> => eventually(() => query('select 1'));
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGINT');
    await once(server, 'exit');
  };
  await started();
  return {
    port,
    username,
    password,
    database: 'postgres',
    query,
    stop,
    async start() {
      server = spawn(join(programs, 'postgres'), ['-D', data, ...flags], { ...owner, stdio: 'ignore' });
      await started();
    },
    async close() {
      await stop();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

async function unprivileged(folder: string): Promise<Owner> {
  const ids = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'nobody']).stdout.toString()));
  const [uid = 65534, gid = 65534] = ids;
  await fs.chown(folder, uid, gid);
  return { uid, gid };
}

function run(program: string, args: readonly string[], owner: Owner): void {
  const { status, stderr } = spawnSync(program, args, owner);
  if (status !== 0) throw new Error(`${program}: ${stderr.toString()}`);
}
