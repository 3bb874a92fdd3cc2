import type { SinkRecord } from './sink.js';

/** Who sends, as RFC 5424 §6.2 has it: printable ASCII without blanks. */
export interface SyslogOrigin {
  /** 0 to 23. */
  readonly facility: number;
  readonly hostName: string;
  readonly applicationName: string;
  readonly processId: number;
}

const severities = { error: 3, warning: 4, info: 6 } as const;

/** A record as a message of RFC 5424, framed by counting octets (RFC 5425 §4.3). The record is ASCII, so it needs no mark of UTF-8. */
export function syslogFrame(record: SinkRecord, origin: SyslogOrigin): string {
  const { facility, hostName, applicationName, processId } = origin;
  const priority = facility * 8 + severities[severityOf(record.line)];
  const head = [`<${priority}>1`, timeIn(record.line), nameOf(hostName, 255), nameOf(applicationName, 48)];
  const message = [...head, processId, record.log, '-', record.line].join(' ');
  return `${message.length} ${message}`;
}

/** Quotes within texts are escaped, so these are members. */
function severityOf(line: string): keyof typeof severities {
  if (line.includes('"kind":"gap"')) return 'error';
  return line.includes('"outcome":"denied"') ? 'warning' : 'info';
}

function timeIn(line: string): string {
  return /"time":"([0-9TZ:.-]+)"/.exec(line)?.[1] ?? '-';
}

function nameOf(text: string, most: number): string {
  const name = text.replaceAll(/[^!-~]/g, '').slice(0, most);
  return name === '' ? '-' : name;
}
