/**
 * JSON in ASCII: the same bytes in a file, over syslog and in a database, and a line's length is its bytes. Long texts are
 * cut, so that no caller decides how long a record is.
 */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value, cut);
  return isAscii.test(text) ? text : text.replaceAll(/[\u007f-\uffff]/g, escaped);
}

/** The members of an object without its braces: `"a":1,"b":2`. */
export function members(value: object): string {
  return asciiJson(value).slice(1, -1);
}

const longest = 1024;
const isAscii = /^[ -~]*$/;

function cut(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > longest ? `${value.slice(0, longest)}…` : value;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
