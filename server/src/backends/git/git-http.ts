/** Wraps a transport's HTTP plugin around two faults of isomorphic-git: it takes cut-off listings for whole, and insists on a HEAD. */
import type { GitHttp, GitHttpResponse } from './transport.js';

const flush = '0000';

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield await Promise.resolve(bytes);
  return undefined;
}

async function whole(response: GitHttpResponse): Promise<Buffer> {
  const body = await collect(response.body);
  if (!body.toString('latin1', body.length - 4).endsWith(flush)) throw new Error('the answer is cut off');
  return body;
}

/** For listings: an answer is handed on only when it has arrived whole. */
export function wholeAnswers(http: GitHttp): GitHttp {
  return {
    request: async (request) => {
      const response = await http.request(request);
      const isGit = response.headers['content-type']?.startsWith('application/x-git-upload-pack-') === true;
      return isGit ? { ...response, body: once(await whole(response)) } : response;
    },
  };
}

/** Where the first packet line with capabilities (behind a NUL) begins and ends. */
function findCapabilities(advertisement: Buffer): { start: number; end: number } | undefined {
  for (let at = 0; at + 4 <= advertisement.length;) {
    const length = Number.parseInt(advertisement.toString('latin1', at, at + 4), 16);
    if (Number.isNaN(length)) return undefined;
    const end = at + Math.max(4, length);
    if (advertisement.subarray(at, end).includes(0)) return { start: at, end };
    at = end;
  }
  return undefined;
}

/** Adds a symbolic HEAD to the capabilities, where the remote's own is missing or dangling. */
export function withHead(advertisement: Buffer, ref: string): Buffer {
  const found = findCapabilities(advertisement);
  if (found === undefined) return advertisement;
  const line = advertisement.toString('latin1', found.start + 4, found.end).replace(/\n$/, '');
  if (line.includes(' symref=HEAD:')) return advertisement;
  const longer = `${line} symref=HEAD:${Buffer.from(ref).toString('latin1')}\n`;
  const packet = (longer.length + 4).toString(16).padStart(4, '0') + longer;
  const [before, after] = [advertisement.subarray(0, found.start), advertisement.subarray(found.end)];
  return Buffer.concat([before, Buffer.from(packet, 'latin1'), after]);
}

/** For fetching: a whole advertisement with a HEAD, and the pack as it comes. */
export function fetchAnswers(http: GitHttp, head: string): GitHttp {
  return {
    request: async (request) => {
      const response = await http.request(request);
      if (!request.url.includes('/info/refs?')) return response;
      return { ...response, body: once(withHead(await whole(response), head)) };
    },
  };
}
