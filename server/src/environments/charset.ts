/** Names that the Encoding standard takes for windows-1252, but that Java reads as what they say. */
const LATIN1 = new Set(['iso-8859-1', 'iso8859-1', 'iso_8859-1', 'latin1', 'l1', 'us-ascii', 'ascii']);

/** The text of `bytes` in `charset`; UTF-8 where it is null or unknown. A byte order mark stays, as in the reference. */
export function decodeText(bytes: Uint8Array, charset: string | null): string {
  if (charset !== null && LATIN1.has(charset.toLowerCase())) return Buffer.from(bytes).toString('latin1');
  return decoderFor(charset).decode(bytes);
}

function decoderFor(charset: string | null): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset ?? 'utf-8', { ignoreBOM: true });
  } catch {
    return new TextDecoder('utf-8', { ignoreBOM: true });
  }
}
