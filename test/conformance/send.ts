import { Buffer } from 'node:buffer';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Answer } from './compare.js';
import type { RecordedRequest } from './scenario.js';

/** Sends a recorded request as it was recorded: fetch would normalize the path. */
export async function sendRecorded(port: number, request: RecordedRequest): Promise<Answer> {
  const response = await open(port, request);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { 'content-type': contentType, allow } = response.headers;
  return { status: response.statusCode ?? 0, contentType, allow, body: Buffer.concat(chunks) };
}

function open(port: number, { method = 'GET', path, headers = {}, body }: RecordedRequest): Promise<IncomingMessage> {
  const plain = body === undefined ? {} : { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...plain, ...headers },
      agent: false,
      signal: AbortSignal.timeout(10_000),
    });
    request.on('response', resolve).on('error', reject);
    request.end(body);
  });
}
