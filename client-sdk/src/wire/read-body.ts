import { ConfigClientError } from '../errors.js';

/** The most that an answer may have, decompressed: the server's own limit of an environment. */
export const maxAnswerBytes: number = 32 * 1024 * 1024;

/** The text of a response, which must be UTF-8. @throws CONFIG_TOO_LARGE past `maxBytes`; CONFIG_ANSWER_INVALID. */
export async function readBody(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    parts.push(decode(decoder, chunk));
  }
  parts.push(decode(decoder, undefined));
  return parts.join('');
}

// Leaving the loop early cancels the stream, and with it the connection.
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  for await (const chunk of response.body) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | undefined): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new ConfigClientError('CONFIG_ANSWER_INVALID', 'The answer is not text in UTF-8.', { cause: error });
  }
}

function tooLarge(maxBytes: number): ConfigClientError {
  return new ConfigClientError('CONFIG_TOO_LARGE', `The answer is larger than ${maxBytes / 1024 / 1024} MiB.`);
}
