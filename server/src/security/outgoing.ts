import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { systemCode } from '../core/system-code.js';

/** The room's one way out: keys of issuers, and the servers that tell about tokens. */
export interface Outgoing {
  /** Never throws, follows no redirect, and ends within the deadline. Only an answer of 2xx in JSON is one. */
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  /** Ends connections that are kept. Idempotent. */
  close(): void;
}

export interface OutgoingOptions {
  /** Certificates in PEM that are trusted instead of the usual ones. */
  readonly ca: string | null;
  /** For an exchange as a whole. */
  readonly timeoutMs: number;
  /** Of an answer's body. */
  readonly maxBytes: number;
}

export interface Question {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** With one it is a POST. */
  readonly body?: string;
}

/** `reason` is in words of our own: those of others may carry what was sent. */
export type Answer =
  { readonly kind: 'answered'; readonly json: unknown } | { readonly kind: 'failed'; readonly reason: string };

const mostConnections = 16;

export function createOutgoing({ ca, timeoutMs, maxBytes }: OutgoingOptions): Outgoing {
  const pool = { keepAlive: true, maxSockets: mostConnections, maxFreeSockets: 4, timeout: 30_000 };
  const http = new HttpAgent(pool);
  // Said in so many words: a variable of the environment turns it off otherwise.
  const https = new HttpsAgent({ ...pool, rejectUnauthorized: true, ...(ca !== null && { ca }) });
  return {
    async ask(question, signal) {
      const deadline = AbortSignal.timeout(timeoutMs);
      const agent = question.url.protocol === 'https:' ? https : http;
      try {
        const response = await send(question, agent, AbortSignal.any([deadline, signal]));
        return await answerOf(response, maxBytes);
      } catch (error) {
        return failed(
          deadline.aborted ? `no answer within ${timeoutMs} ms` : (systemCode(error) ?? 'the connection failed'),
        );
      }
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

function send({ url, headers, body }: Question, agent: HttpAgent, signal: AbortSignal): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const method = body === undefined ? 'GET' : 'POST';
  const options = { method, agent, signal, headers: { Accept: 'application/json', ...headers, ...length } };
  return new Promise((resolve, reject) => {
    open(url, options).on('response', resolve).on('error', reject).end(body);
  });
}

async function answerOf(response: IncomingMessage, maxBytes: number): Promise<Answer> {
  const { statusCode = 0 } = response;
  if (statusCode < 200 || statusCode > 299) {
    response.destroy();
    return failed(`the answer was ${statusCode}`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      return failed(`the answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return parsed(Buffer.concat(chunks).toString('utf8'));
}

function parsed(text: string): Answer {
  try {
    return { kind: 'answered', json: JSON.parse(text) };
  } catch {
    return failed('the answer is no JSON');
  }
}

function failed(reason: string): Answer {
  return { kind: 'failed', reason };
}
