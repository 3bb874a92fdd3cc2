/** The bytes of `text` in hexadecimal; undefined where it is anything else. */
export function fromHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** The bytes of `text` in standard Base64, padded or not; undefined where another text would give the same bytes. */
export function fromBase64(text: string): Buffer | undefined {
  if (!/^[0-9A-Za-z+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64');
  return text === canonical || text === canonical.replace(/=+$/, '') ? bytes : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of `bytes` in UTF-8; undefined where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
