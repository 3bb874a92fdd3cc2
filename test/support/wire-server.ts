import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { environmentText, v2, type WireAnswer } from './wire-answer.js';

/** A configuration server in this process that answers what it is told, as the real one does on the wire. */
export interface WireServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** From now on answers with this environment, or 304 to who knows it. */
  commit(answer: WireAnswer): void;
  /** From now on answers so. */
  respond(listener: RequestListener): void;
  /** From now on has this JSON at `path`, whatever else it answers. */
  give(path: string, json: unknown): void;
  close(): Promise<void>;
}

export async function startWireServer(answer: WireAnswer = {}): Promise<WireServer> {
  const requests: IncomingMessage[] = [];
  const documents = new Map<string, unknown>();
  let listener = environmentListener(answer);
  const server = createServer((request, response) => {
    requests.push(request);
    const given = documents.get(request.url ?? '');
    if (given === undefined) listener(request, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(given));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    commit: (next) => {
      listener = environmentListener(next);
    },
    respond: (next) => {
      listener = next;
    },
    give: (path, json) => {
      documents.set(path, json);
    },
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function environmentListener(answer: WireAnswer): RequestListener {
  const version = answer.version ?? 'v1';
  const etag = `W/"${version}-v2"`;
  const headers = { etag, 'x-config-version': version, 'x-config-digest': `d-${version}`, ...answer.headers };
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
    else response.writeHead(200, { ...headers, 'content-type': v2 }).end(environmentText(answer));
  };
}
