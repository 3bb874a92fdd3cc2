import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeExactJson } from './exact-json.js';
import { fillFolder, type Place } from './place.js';
import type { Exchange, RecordedResponse, Scenario } from './scenario.js';

/** A server that gives the recorded answers and nothing else, so that a client can be shown both the reference and ours. */
export interface RecordedServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startRecordedServer({ exchanges }: Scenario, { work }: Place): Promise<RecordedServer> {
  const server = createServer((request, response) => {
    const exchange = findExchange(exchanges, request);
    if (exchange === undefined) response.writeHead(501).end();
    else answer(response, exchange.response, work);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

// The exchange of the same media type if there is one: clients ask for the one with origins and take the plain one as well.
function findExchange(exchanges: readonly Exchange[], { method, url = '', headers }: IncomingMessage) {
  const found = exchanges.filter(
    ({ request }) => (request.method ?? 'GET') === method && request.path === decodeURIComponent(url),
  );
  const ofType = found.find(({ request }) => headers.accept?.includes(request.headers?.['Accept'] ?? 'nothing'));
  return ofType ?? found.find(({ request }) => request.headers?.['Accept'] === undefined);
}

function answer(response: ServerResponse, recorded: RecordedResponse, work: string): void {
  const { status = 500, contentType, json, text = '' } = recorded;
  const body = json === undefined ? text : writeExactJson(fillFolder(json, work));
  response.writeHead(status, {
    'Content-Length': Buffer.byteLength(body),
    ...(contentType !== undefined && { 'Content-Type': contentType }),
  });
  response.end(body);
}
