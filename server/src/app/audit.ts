import { join, resolve } from 'node:path';

import { openAudit } from '../audit/audit.js';
import type { OpenAudit } from '../audit/audit.js';
import type { FileStoreOptions } from '../audit/file/file-store.js';
import type { JournalLimits } from '../audit/journal.js';
import type { Sink } from '../audit/sinks/sink.js';
import type { Emit } from '../core/events.js';
import type { AuditSettings } from '../settings/sections/audit.js';

export interface AuditContext {
  readonly dataDirectory: string;
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
    sinks: sinksOf(audit),
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

function sinksOf(_audit: AuditSettings): readonly Sink[] {
  return [];
}
