import { checkMembers, isRecord, optionsError, quote } from './check.js';

const namesOfOurs = ['accept', 'if-none-match'];

/** The headers option; values are credentials often enough that no message repeats one. */
export function parseHeaders(value: unknown, hasAuth: boolean): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw optionsError(`headers must be an object of texts, not ${quote(value)}.`);
  const headers = new Headers();
  for (const [name, text] of Object.entries(checkMembers('headers', value, Object.keys(value)))) {
    checkHeader(`headers['${name}']`, name, text);
    if (namesOfOurs.includes(name.toLowerCase())) throw optionsError(`headers['${name}'] is set by the client itself.`);
    headers.set(name, text);
  }
  if (hasAuth && headers.has('authorization')) throw optionsError('Give either auth or headers.authorization.');
  return Object.fromEntries(headers);
}

/** Checked before `fetch` does, whose exception repeats the value. */
export function checkHeader(what: string, name: string, value: unknown): asserts value is string {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw optionsError(`${what} is not the name of a header.`);
  if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw optionsError(`${what} must be a text without line breaks and other characters that no header can carry.`);
  }
}
