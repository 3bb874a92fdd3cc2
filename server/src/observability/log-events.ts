import { isConfigServerError, errorEntry } from '../core/errors.js';
import type { CairnEvent, Emit } from '../core/events.js';
import { redactUserInfo } from '../core/user-info.js';
import { leaseEvents, leaseLine, type LeaseEvent } from './lease-lines.js';
import { line, type Line } from './line.js';
import type { Log, LogFields } from './log.js';
import { transportEvents, transportLine, type TransportEvent } from './transport-lines.js';
import { securityEvents, securityLine, type SecurityEvent } from './security-lines.js';
import { secretEvents, secretLine, type SecretEvent } from './secret-lines.js';

/** Writes every event to `log`, without user information in URIs. */
export function logEvents(log: Log): Emit {
  return (event) => {
    if (event.type === 'request-finished' && !log.isOn('debug')) return;
    const { level, message, fields } = lineFor(event);
    log.write(level, redactUserInfo(message), { event: event.type, ...redacted(fields) });
  };
}

function lineFor(event: CairnEvent): Line {
  if (isOneOf(event, lifeEvents)) return lifeLine(event);
  if (isOneOf(event, auditEvents)) return auditLine(event);
  if (isOneOf(event, secretEvents)) return secretLine(event);
  if (isOneOf(event, leaseEvents)) return leaseLine(event);
  if (isOneOf(event, transportEvents)) return transportLine(event);
  if (isOneOf(event, securityEvents)) return securityLine(event);
  switch (event.type) {
    case 'request-finished':
    case 'request-failed':
      return requestLine(event);
    case 'webhook-received':
    case 'webhook-refused':
    case 'refresh-late':
      return webhookLine(event);
    default:
      return sourceLine(event);
  }
}

const lifeEvents = [
  'server-started',
  'management-started',
  'server-stopping',
  'server-stopped',
  'notice',
  'crashed',
] as const;
const auditEvents = ['audit-failed', 'audit-recovered'] as const;

function isOneOf<const T extends CairnEvent['type']>(
  event: CairnEvent,
  types: readonly T[],
): event is Extract<CairnEvent, { type: T }> {
  return types.some((type) => type === event.type);
}

type LifeEvent = Extract<CairnEvent, { type: (typeof lifeEvents)[number] }>;
type RequestEvent = Extract<CairnEvent, { type: 'request-finished' | 'request-failed' }>;
type WebhookEvent = Extract<CairnEvent, { type: 'webhook-received' | 'webhook-refused' | 'refresh-late' }>;
type AuditEvent = Extract<CairnEvent, { type: (typeof auditEvents)[number] }>;
type SourceEvent = Exclude<
  CairnEvent,
  LifeEvent | RequestEvent | SecretEvent | LeaseEvent | WebhookEvent | AuditEvent | SecurityEvent | TransportEvent
>;

function lifeLine(event: LifeEvent): Line {
  switch (event.type) {
    case 'server-started':
    case 'management-started': {
      const { address, port, scheme } = event;
      const host = address.includes(':') ? `[${address}]` : address;
      const what = event.type === 'server-started' ? 'listening' : 'management listening';
      return line('info', `${what} on ${scheme}://${host}:${port}`, { address, port });
    }
    case 'server-stopping':
      return line('info', `stopping: ${event.reason}`);
    case 'server-stopped':
      return line('info', 'stopped');
    case 'notice':
      return line('warn', event.message);
    case 'crashed':
      return line('error', 'an error that nothing handled ends the program', errorFields(event.error));
  }
}

function requestLine(event: RequestEvent): Line {
  const { method, path } = event;
  if (event.type === 'request-finished') {
    const { status, milliseconds } = event;
    return line('debug', `${method} ${path} ${status}`, { method, path, status, milliseconds: round(milliseconds) });
  }
  const { code, message, diagnostics, error } = event;
  const { status } = errorEntry(code);
  const level = status < 500 ? 'debug' : code === 'CONFIG_INTERNAL' ? 'error' : 'warn';
  const more = code === 'CONFIG_INTERNAL' ? errorFields(error) : {};
  return line(level, `${method} ${path} ${status}: ${message}`, {
    method,
    path,
    status,
    code,
    ...diagnostics,
    ...more,
  });
}

function auditLine(event: AuditEvent): Line {
  const { sink } = event;
  if (event.type === 'audit-failed')
    return line('error', `audit: ${sink}: ${event.message}`, { sink, ...event.diagnostics });
  const { dropped } = event;
  return line(dropped > 0 ? 'warn' : 'info', `audit: ${sink} is back; ${dropped} records were lost`, { sink, dropped });
}

function webhookLine(event: WebhookEvent): Line {
  switch (event.type) {
    case 'webhook-received': {
      const { host, names, isReplay } = event;
      return line('info', `webhook of ${host}${isReplay ? ', sent again' : ''}`, { host, names });
    }
    case 'webhook-refused': {
      const why = event.hasSecret ? 'its signature is missing or wrong' : 'there is no secret for this host';
      return line('warn', `webhook of ${event.host} refused: ${why}`, { host: event.host });
    }
    case 'refresh-late': {
      const { label, commit, milliseconds } = event;
      const what = commit === null ? 'a refresh has not ended' : `the announced commit ${commit} is not served`;
      return line('warn', `${what} after ${milliseconds} ms`, { label, commit });
    }
  }
}

function sourceLine(event: SourceEvent): Line {
  const { source } = event;
  switch (event.type) {
    case 'source-synced': {
      const { moved, milliseconds } = event;
      return line(moved > 0 ? 'info' : 'debug', 'source checked', { source, moved, milliseconds: round(milliseconds) });
    }
    case 'source-failed':
      return line('warn', `source failed: ${event.message}`, { source, ...event.diagnostics });
    case 'source-left-out': {
      const { code, message, diagnostics } = event;
      return line('warn', `left out: ${message}`, { source, code, ...diagnostics });
    }
    case 'source-recovered':
      return line('info', 'source is back', { source });
    case 'mirror-repaired':
      return line('warn', `mirror repaired: ${event.reason}`, { source });
    case 'label-moved':
      return line('info', `label ${event.label} moved`, { source, label: event.label, from: event.from, to: event.to });
    case 'change-described': {
      const { label, from, to, change } = event;
      const fields = { source, label, from, to, commits: change.commits.length, files: change.files.length };
      return line('debug', `label ${label} changed ${change.files.length} files`, fields);
    }
    case 'file-invalid': {
      const { file, line: row, column, version, servedVersion } = event;
      const at = [file, row, column].filter((part) => part !== undefined).join(':');
      return line('warn', `broken file ${at}: ${event.message}`, { source, file, version, servedVersion });
    }
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const coded = isConfigServerError(error) ? { code: error.code, ...error.diagnostics } : {};
  return { error: error.message, ...coded, stack: error.stack };
}

const deepest = 5;

function redacted(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactedValue(value, deepest)]));
}

function redactedValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactUserInfo(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((element: unknown) => redactedValue(element, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, redactedValue(member, depth - 1)]));
}
