const units = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Milliseconds of `250ms`, `30s`, `1.5m`, `1h` or of a number of milliseconds; undefined where it is none of them. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const form = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)$/.exec(value.trim());
  return form === null ? undefined : Number(form[1]) * (units.get(form[2] ?? '') ?? 1);
}

/** `5s`, `250ms`: the shortest way to write a number of milliseconds. */
export function formatDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${Math.round(milliseconds)}ms`;
}
