const milliseconds = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const bytes = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);

/** `30s` as milliseconds; undefined where it is no duration. */
export function parseDuration(text: string): number | undefined {
  return parse(/^(\d{1,9})(ms|s|m|h|d)$/, text, milliseconds);
}

/** `4MiB` as bytes; undefined where it is no size. */
export function parseSize(text: string): number | undefined {
  return parse(/^(\d{1,9})(B|KiB|MiB|GiB)$/, text, bytes);
}

function parse(pattern: RegExp, text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, count, unit] = pattern.exec(text.trim()) ?? [];
  const factor = units.get(unit ?? '');
  return count === undefined || factor === undefined ? undefined : Number(count) * factor;
}

/** `2027-01-31` (its beginning in UTC) or `2027-01-31T12:00:00Z`, in milliseconds since the epoch. */
export function parseInstant(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
