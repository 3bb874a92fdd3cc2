import type { AuditQuery } from '../../core/audit.js';

/** Whether a record, as it was parsed, is what was asked for. */
export function matchesQuery(record: Readonly<Record<string, unknown>>, query: AuditQuery): boolean {
  const { principal, outcome, application } = query;
  if (principal !== null && record['principal'] !== principal) return false;
  if (outcome !== null && record['outcome'] !== outcome) return false;
  if (application !== null && !concerns(record, application)) return false;
  return isWithin(Date.parse(String(record['time'])), query);
}

function isWithin(time: number, { since, until }: AuditQuery): boolean {
  return (since === null || time >= since) && (until === null || time < until);
}

/** A decision names applications as they were asked for; a change those that its files concern, `*` is every one. */
function concerns(record: Readonly<Record<string, unknown>>, application: string): boolean {
  const asked = record['application'];
  if (typeof asked === 'string') return asked.split(',').some((name) => name.trim() === application);
  return membersOf(record['files'])
    .flatMap((file) => membersOf(file['concerns']))
    .some((concern) => concern['application'] === application || concern['application'] === '*');
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): readonly Members[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [];
  return elements.filter((one): one is Members => typeof one === 'object' && one !== null);
}
