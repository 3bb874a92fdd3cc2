import type { Client, ClientConfig } from 'pg';
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

/** A table that takes records and gives up none. One connection, opened anew where it is lost; a record that came twice is there once. */
export function createPostgresqlSink(options: PostgresqlOptions): Sink {
  let connection: Promise<Client> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const opened = async (): Promise<Client> => {
    connection ??= open(options, () => {
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
      await connection?.then((client) => client.end()).catch(() => undefined);
      connection = undefined;
    },
  };
}

async function open(options: PostgresqlOptions, onLost: () => void): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(configOf(options));
  // Without a listener the loss of an idle connection would end the process.
  client.on('error', onLost);
  try {
    await client.connect();
    if (options.createTable) for (const statement of schemaStatements(options.table)) await client.query(statement);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
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
