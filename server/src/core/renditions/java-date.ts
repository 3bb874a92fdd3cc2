// Three letters each.
const weekdays = 'SunMonTueWedThuFriSat';
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** An instant as Java's `Date.toString` prints it in UTC: `Fri Dec 14 00:00:00 UTC 2001`. */
export function javaDateText(epochMilliseconds: number): string {
  const date = new Date(epochMilliseconds);
  const day = String(date.getUTCDate()).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((n) => String(n).padStart(2, '0'));
  const weekday = nameIn(weekdays, date.getUTCDay());
  const month = nameIn(months, date.getUTCMonth());
  return `${weekday} ${month} ${day} ${time.join(':')} UTC ${date.getUTCFullYear()}`;
}

function nameIn(names: string, index: number): string {
  return names.slice(3 * index, 3 * index + 3);
}
