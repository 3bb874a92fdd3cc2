import { readFile } from 'node:fs/promises';

/** `reason` is public. */
export type FileText =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'failed'; readonly reason: string };

/** What stands in the file of a token, without what surrounds it. Never throws. */
export async function readTokenFile(path: string): Promise<FileText> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return isToken(text) ? { kind: 'text', text } : failed('the file with the token for the login has none');
  } catch {
    return failed('the file with the token for the login cannot be read');
  }
}

/** One word, as it has to be in a header. */
function isToken(text: string): boolean {
  return text.length <= 65_536 && /^[!-~]+$/.test(text);
}

function failed(reason: string): FileText {
  return { kind: 'failed', reason };
}
