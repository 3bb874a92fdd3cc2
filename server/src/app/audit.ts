import { hostname } from 'node:os';
import { join, resolve } from 'node:path';

import { openAudit } from '../audit/audit.js';
import type { OpenAudit } from '../audit/audit.js';
import type { FileStoreOptions } from '../audit/file/file-store.js';
import type { JournalLimits } from '../audit/journal.js';
import { createPostgresqlSink } from '../audit/sinks/postgresql.js';
import type { PostgresqlOptions } from '../audit/sinks/postgresql.js';
import type { Sink } from '../audit/sinks/sink.js';
import { createStdoutSink } from '../audit/sinks/stdout.js';
import type { RecordStream } from '../audit/sinks/stdout.js';
import { createSyslogSink } from '../audit/sinks/syslog.js';
import type { SyslogOptions } from '../audit/sinks/syslog.js';
import { ConfigServerError } from '../core/errors.js';
import type { Emit } from '../core/events.js';
import type { AuditSettings, SyslogSettings } from '../settings/sections/audit.js';

export interface AuditContext {
  readonly dataDirectory: string;
  /** For the sink `stdout`. */
  readonly stream: RecordStream;
  readonly emit: Emit;
}

/**
 * The audit that the settings describe; undefined: there is none.
 * @throws ConfigServerError CONFIG_AUDIT_LOCKED, CONFIG_AUDIT_BROKEN, CONFIG_SETTINGS_INVALID
 */
export async function auditOf(audit: AuditSettings, context: AuditContext): Promise<OpenAudit | undefined> {
  if (audit.sinks.length === 0) return undefined;
  return openAudit({
    file: audit.sinks.includes('file') ? fileOptions(audit, context.dataDirectory) : null,
    sinks: sinksOf(audit, context),
    backpressure: audit.backpressure,
    limits: limitsOf(audit),
    heads: { path: audit.heads['copy-to'], intervalMs: audit.heads.interval },
    emit: context.emit,
  });
}

/** Where the logs are, and the key that signs their heads. */
export function auditFolders(
  audit: AuditSettings,
  dataDirectory: string,
): { readonly folder: string; readonly keys: string } {
  const { folder } = audit.file;
  return {
    folder: folder === null ? join(dataDirectory, 'audit') : resolve(folder),
    keys: join(dataDirectory, 'keys'),
  };
}

function fileOptions(audit: AuditSettings, dataDirectory: string): FileStoreOptions {
  const { file } = audit;
  return {
    ...auditFolders(audit, dataDirectory),
    rotateBytes: file['rotate-size'],
    rotateAfterMs: file['rotate-after'],
    keepMs: file.keep,
    keepBytes: file['keep-size'],
    now: Date.now,
  };
}

const retryMs = 500;

function limitsOf(audit: AuditSettings): JournalLimits {
  return {
    records: audit['queue-records'],
    bytes: audit['queue-size'],
    gatherMs: audit['gather-time'],
    writeMs: audit['write-timeout'],
    retryMs,
  };
}

function sinksOf(audit: AuditSettings, { stream }: AuditContext): readonly Sink[] {
  return audit.sinks.flatMap((sink) => {
    switch (sink) {
      case 'file':
        return [];
      case 'stdout':
        return [createStdoutSink(stream)];
      case 'syslog':
        return [createSyslogSink(syslogOptions(audit.syslog))];
      case 'postgresql':
        return [createPostgresqlSink(postgresqlOptions(audit))];
    }
  });
}

function syslogOptions({ host, port, certificate, key, facility, ...settings }: SyslogSettings): SyslogOptions {
  if (host === null) throw needed('audit.syslog.host', 'syslog');
  if ((certificate === null) !== (key === null)) throw needed('audit.syslog.certificate and key together', 'syslog');
  const ca = settings['ca-certificate'];
  return {
    host,
    port,
    ...(ca === null ? {} : { ca }),
    ...(certificate === null ? {} : { certificate }),
    ...(key === null ? {} : { key }),
    origin: {
      facility,
      hostName: hostname(),
      applicationName: settings['application-name'],
      processId: process.pid,
    },
  };
}

function postgresqlOptions({ postgresql, ...audit }: AuditSettings): PostgresqlOptions {
  const { host, port, database, username, password, tls, table } = postgresql;
  if (host === null) throw needed('audit.postgresql.host', 'postgresql');
  const ca = postgresql['ca-certificate'];
  return {
    host,
    port,
    database,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    tls: tls ? { ...(ca === null ? {} : { ca }) } : null,
    table,
    createTable: postgresql['create-table'],
    timeoutMs: audit['write-timeout'],
  };
}

function needed(setting: string, sink: string): ConfigServerError {
  return new ConfigServerError('CONFIG_SETTINGS_INVALID', `The sink \`${sink}\` of the audit needs ${setting}.`);
}
