/** What stands behind `{cipher}`, and what is posted to be encrypted: `{key:value}` prefixes and the rest. */
export interface PrefixedText {
  /** In the order written; `name` and `profiles` are not kept. */
  readonly prefixes: ReadonlyMap<string, string>;
  readonly rest: string;
}

/** What a property's value begins with if it is to be decrypted. */
export const CIPHER_MARK = '{cipher}';

/** Ends the prefixes, so that a secret may begin like one. */
const PLAIN_MARK = '{plain}';
/** Names are words, so that a secret in JSON is never taken for a prefix. */
const prefix = /\{([\w.-]+):([^}]*)\}/y;
const forgotten = new Set(['name', 'profiles']);

export function parsePrefixes(text: string): PrefixedText {
  const prefixes = new Map<string, string>();
  let at = 0;
  for (;;) {
    prefix.lastIndex = at;
    const match = prefix.exec(text);
    if (match === null) break;
    const [whole, name = '', value = ''] = match;
    if (!forgotten.has(name)) prefixes.set(name, value);
    at += whole.length;
  }
  const rest = text.slice(at);
  return { prefixes, rest: rest.startsWith(PLAIN_MARK) ? rest.slice(PLAIN_MARK.length) : rest };
}

export function writePrefixes(prefixes: ReadonlyMap<string, string>): string {
  return [...prefixes].map(([name, value]) => `{${name}:${value}}`).join('');
}
