import type { SinkRecord } from './sink.js';

/** What makes the table and its guard where they are missing; it may be run again. */
export function schemaStatements(table: string): readonly string[] {
  const guard = `${table}_guard`;
  const name = table.replace('.', '_');
  return [
    `DO $$ BEGIN
  IF to_regclass('${table}') IS NOT NULL THEN RETURN; END IF;
  CREATE TABLE ${table} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log text NOT NULL,
    chain text NOT NULL,
    seq bigint,
    time timestamptz NOT NULL,
    kind text NOT NULL,
    outcome text,
    principal text,
    application text,
    line text NOT NULL,
    UNIQUE (chain, log, seq)
  );
  CREATE INDEX ${name}_time ON ${table} (time);
  CREATE INDEX ${name}_application ON ${table} (application, time);
  CREATE FUNCTION ${guard}() RETURNS trigger LANGUAGE plpgsql AS $guard$
  BEGIN RAISE EXCEPTION 'records of the audit are never changed'; END $guard$;
  CREATE TRIGGER ${name}_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
    FOR EACH STATEMENT EXECUTE FUNCTION ${guard}();
END $$`,
  ];
}

/** One statement a batch. What a lost connection left unsaid may be sent again. */
export function insertStatement(table: string): string {
  const types = ['text', 'text', 'bigint', 'timestamptz', 'text', 'text', 'text', 'text', 'text'];
  const lists = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
  return `INSERT INTO ${table} (log, chain, seq, time, kind, outcome, principal, application, line)
SELECT * FROM unnest(${lists}) ON CONFLICT (chain, log, seq) DO NOTHING`;
}

/** The columns of records, for `insertStatement`. */
export function rowsOf(records: readonly SinkRecord[]): unknown[] {
  const parsed = records.map(({ line }) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const texts = (name: string): (string | null)[] => parsed.map((record) => textOf(record[name]));
  return [
    records.map(({ log }) => log),
    records.map(({ chain }) => chain),
    records.map(({ seq }) => seq),
    texts('time'),
    texts('kind').map((kind) => kind ?? 'head'),
    texts('outcome'),
    texts('principal'),
    texts('application'),
    records.map(({ line }) => line),
  ];
}

/** PostgreSQL has no NUL in texts; the line has it escaped. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : null;
}
