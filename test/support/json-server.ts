import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from './self-signed.js';

/** A request as the server saw it. */
export interface AskedOf {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What it says: JSON, or exactly this text; `hang`: nothing, ever. */
export type Says =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status?: number; readonly text: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly hang: true };

/** A server on loopback that answers as a test says. */
export interface JsonServer {
  readonly url: string;
  readonly asked: AskedOf[];
  /** From now on. */
  answer(says: (asked: AskedOf) => Says | Promise<Says>): void;
  close(): Promise<void>;
}

export async function startJsonServer(
  first: (asked: AskedOf) => Says | Promise<Says>,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<JsonServer> {
  const asked: AskedOf[] = [];
  let says = first;
  const server: Server = tls ? createTlsServer(selfSigned) : createServer();
  server.on('request', (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = '', url = '', headers } = request;
      const seen = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      asked.push(seen);
      const said = await says(seen);
      if ('hang' in said) return;
      response.writeHead(said.status ?? 200, { 'Content-Type': 'application/json', ...said.headers });
      response.end('json' in said ? JSON.stringify(said.json) : said.text);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    asked,
    answer: (next) => {
      says = next;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}
