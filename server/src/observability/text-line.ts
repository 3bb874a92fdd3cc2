import { inspect } from 'node:util';

/** A JSON log line as people read it: `12:30:01.250 info  listening (port=8888)`. */
export function textLine(json: string): string {
  const { level, time, msg, event: _event, stack, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const head = `${clock(time)} ${String(level).padEnd(5)} ${oneLine(String(msg))}`;
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${shownValue(value)}`);
  const tail = shown.length === 0 ? '' : ` (${shown.join(', ')})`;
  return `${head}${tail}\n${typeof stack === 'string' ? `${stack}\n` : ''}`;
}

function clock(time: unknown): string {
  return typeof time === 'string' ? time.slice(11, 23) : '';
}

function shownValue(value: unknown): string {
  return oneLine(typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 3 }));
}

/** Names of files and answers of remotes come in here: none of them begins a line of its own or commands a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, escaped);
}

const short: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(character: string): string {
  return short.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
