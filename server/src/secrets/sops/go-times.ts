const date = /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt ])(.+))?$/;
const clock = /^(\d\d?):(\d\d?):(\d\d?)(\.\d+)?(Z|[-+]\d\d:\d\d)?$/;

/** A time of YAML as Go prints it (RFC 3339, no zeros at the end of a fraction); undefined where `text` is none. */
export function goTime(text: string): string | undefined {
  const [, year = '', month = '', day = '', separator, rest] = date.exec(text) ?? [];
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  const time = rest === undefined ? '00:00:00Z' : goClock(rest, separator !== ' ');
  return time === undefined ? undefined : `${year}-${two(month)}-${two(day)}T${time}`;
}

/** A zone is there behind a `T`, and is not behind a blank. */
function goClock(text: string, hasZone: boolean): string | undefined {
  const [, hour = '', minute = '', second = '', fraction = '', zone] = clock.exec(text) ?? [];
  if (hour === '' || (zone !== undefined) !== hasZone) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const kept = fraction.slice(0, 10).replace(/\.?0*$/, '');
  return `${[hour, minute, second].map(two).join(':')}${kept}${zoneOf(zone)}`;
}

function zoneOf(zone = 'Z'): string {
  return zone === '+00:00' || zone === '-00:00' ? 'Z' : zone;
}

function isDate(year: number, month: number, day: number): boolean {
  const there = new Date(0);
  there.setUTCFullYear(year, month - 1, day);
  return month > 0 && there.getUTCMonth() === month - 1 && there.getUTCDate() === day;
}

function two(digits: string): string {
  return digits.padStart(2, '0');
}
