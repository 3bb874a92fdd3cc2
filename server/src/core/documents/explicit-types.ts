import { Binary, Timestamp, type Scalar } from 'cairn-config-client/values';
import { longestNumber, readBoolean, readFloat, readInteger } from './implicit-types.js';
import { yamlTag } from './nodes.js';

type Reader = (text: string) => Scalar | undefined;

interface ScalarTag {
  readonly name: string;
  readonly read: Reader;
}

const tags: ReadonlyMap<string, ScalarTag> = new Map(
  [
    { name: 'str', read: (text: string) => text },
    { name: 'bool', read: readBoolean },
    { name: 'int', read: bounded(readInteger) },
    { name: 'float', read: bounded(readFloat) },
    { name: 'null', read: () => null },
    { name: 'binary', read: readBinary },
    { name: 'timestamp', read: readTimestamp },
  ].map((tag) => [yamlTag + tag.name, tag]),
);

/** What a tag says of a scalar; undefined for a tag that scalars cannot have. */
export function scalarTag(tag: string): ScalarTag | undefined {
  return tags.get(tag);
}

function bounded(read: Reader): Reader {
  return (text) => (text.length > longestNumber ? undefined : read(text));
}

function readBinary(text: string): Binary | undefined {
  const base64 = text.replace(/\s/g, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  // There and back, so that unused bits of the last character do not make two texts of the same bytes.
  return new Binary(btoa(atob(base64)));
}

const timestamp = new RegExp(
  '^(?<year>[0-9]{4})-(?<month>[0-9]{1,2})-(?<day>[0-9]{1,2})' +
    '(?:(?:[Tt]|[ \\t]+)(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})(?:\\.(?<fraction>[0-9]*))?' +
    '(?:[ \\t]*(?:Z|(?<zoneHour>[-+][0-9]{1,2})(?::(?<zoneMinute>[0-9]{2})?)?))?)?$',
);

function readTimestamp(text: string): Timestamp | undefined {
  const groups = text.length > longestNumber ? undefined : timestamp.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const number = (name: string): number => Number(groups[name] ?? '0');
  const date = new Date(0);
  // Days and months past the end roll over, as in Java's lenient calendar.
  date.setUTCFullYear(number('year'), number('month') - 1, number('day'));
  const milliseconds = Math.round(Number(`0.${groups['fraction'] ?? ''}0`) * 1000);
  date.setUTCHours(number('hour'), number('minute'), number('second'), milliseconds);
  return new Timestamp(date.getTime() - zoneOffset(groups['zoneHour'], groups['zoneMinute']));
}

function zoneOffset(hour = '+0', minute = '00'): number {
  const minutes = Math.abs(Number(hour)) * 60 + Number(minute);
  // A zone that is none counts as UTC, as in Java.
  if (Math.abs(Number(hour)) > 23 || Number(minute) > 59) return 0;
  return (hour.startsWith('-') ? -minutes : minutes) * 60_000;
}
