import { setTimeout as pause } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { insertStatement, rowsOf, schemaStatements } from './postgresql-statements.js';
import type { Sink, SinkRecord } from './sink.js';

export interface PostgresqlOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username?: string;
  readonly password?: string;
  /** Null: without TLS. */
  readonly tls: { readonly ca?: string } | null;
  /** `cairn_audit`, `audit.cairn`. */
  readonly table: string;
  readonly createTable: boolean;
  /** For each statement, in milliseconds. */
  readonly timeoutMs: number;
}

/** A connection to the database. */
export interface Connection {
  query(statement: string, values?: unknown[]): Promise<unknown>;
  end(): Promise<void>;
}

/** Opens a connection; `onLost` is called when it breaks. */
export type Connect = (options: PostgresqlOptions, onLost: () => void) => Promise<Connection>;

/** How long the other side may take to say goodbye. */
const endMs = 1_000;

/** A table that takes records and gives up none. One connection, opened anew where it is lost; a record that came twice is there once. */
export function createPostgresqlSink(options: PostgresqlOptions, connect: Connect = connectClient): Sink {
  let connection: Promise<Connection> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const opened = async (): Promise<Connection> => {
    connection ??= open(options, connect, () => {
      connection = undefined;
    });
    return connection;
  };
  const insert = async (records: readonly SinkRecord[]): Promise<void> => {
    if (isClosed) throw new Error('closed');
    try {
      const client = await opened();
      await client.query(insertStatement(options.table), rowsOf(records));
    } catch (error) {
      const lost = connection;
      connection = undefined;
      void lost?.then((client) => client.end()).catch(() => undefined);
      throw error;
    }
  };
  return {
    name: 'postgresql',
    deliver(records) {
      const inserted = last.catch(() => undefined).then(() => insert(records));
      last = inserted;
      return inserted;
    },
    async close() {
      isClosed = true;
      await last.catch(() => undefined);
      const open = connection;
      connection = undefined;
      await Promise.race([
        open?.then((client) => client.end()).catch(() => undefined),
        pause(endMs, undefined, { ref: false }),
      ]);
    },
  };
}

async function open(options: PostgresqlOptions, connect: Connect, onLost: () => void): Promise<Connection> {
  const client = await connect(options, onLost);
  try {
    if (options.createTable) for (const statement of schemaStatements(options.table)) await client.query(statement);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function connectClient(options: PostgresqlOptions, onLost: () => void): Promise<Connection> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(configOf(options));
  // Without a listener the loss of an idle connection would end the process.
  client.on('error', onLost);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

function configOf({ host, port, database, username, password, tls, timeoutMs }: PostgresqlOptions): ClientConfig {
  return {
    host,
    port,
    database,
    ...(username === undefined ? {} : { user: username }),
    ...(password === undefined ? {} : { password }),
    ssl: tls === null ? false : { ...tls, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    application_name: 'cairn',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
    keepAlive: true,
  };
}
