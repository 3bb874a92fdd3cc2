import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What was asked of a Vault. */
export interface VaultAsked {
  readonly method: string;
  /** Below `/v1/`, decoded. */
  readonly path: string;
  /** As sent. */
  readonly url: string;
  readonly token: string | undefined;
  readonly namespace: string | undefined;
  /** Only where the client showed a certificate. */
  readonly hasCertificate?: true;
  readonly body: unknown;
}

export interface VaultSays {
  readonly status?: number;
  readonly body?: unknown;
  /** Sent instead of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers. */
  readonly isSilent?: boolean;
}

/** A server that speaks the wire of Vault and answers what a test says. */
export interface FakeVault {
  readonly url: string;
  readonly port: number;
  readonly asked: readonly VaultAsked[];
  /** The most requests that it had at a time. */
  readonly mostAtOnce: number;
  /** Replaces what it answers. */
  answer(say: (asked: VaultAsked) => VaultSays | Promise<VaultSays>): void;
  close(): Promise<void>;
}

export async function startFakeVault(
  say: (asked: VaultAsked) => VaultSays | Promise<VaultSays>,
  tls?: ServerOptions,
  wantedPort = 0,
): Promise<FakeVault> {
  let current = say;
  const asked: VaultAsked[] = [];
  let [atOnce, mostAtOnce] = [0, 0];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    response.once('close', () => (atOnce -= 1));
    void read(request).then(async (one) => {
      asked.push(one);
      write(response, await current(one));
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(wantedPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    asked,
    get mostAtOnce() {
      return mostAtOnce;
    },
    answer(next) {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<VaultAsked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { method = 'GET', url = '', headers } = request;
  return {
    method,
    url,
    path: decodeURIComponent(url.replace(/^\/v1\//, '')),
    token: headers['x-vault-token'] as string | undefined,
    namespace: headers['x-vault-namespace'] as string | undefined,
    ...(isCertified(request.socket) && { hasCertificate: true }),
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

function isCertified(socket: Socket): boolean {
  return socket instanceof TLSSocket && socket.getPeerX509Certificate() !== undefined;
}

function write(response: ServerResponse, said: VaultSays): void {
  if (said.isSilent === true) return;
  const { status = 200, body, headers = {} } = said;
  const text = said.text ?? (body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text);
}

/** Paths and their values, as a KV engine of version 1 answers; 404 for the others. */
export function kvOf(secrets: Readonly<Record<string, unknown>>): (asked: Pick<VaultAsked, 'path'>) => VaultSays {
  const known = new Map(Object.entries(secrets));
  return ({ path }) => (known.has(path) ? { body: { data: known.get(path) } } : { status: 404, body: { errors: [] } });
}
