import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';

/** A git remote served by git's own `git http-backend` over loopback HTTP, for reading and pushing. */
export interface GitHttpBackend {
  readonly url: string;
  close(): Promise<void>;
}

const deadline = 60_000;

/** Serves the bare repository `gitdir`; needs the git program. */
export async function startGitHttpBackend(gitdir: string): Promise<GitHttpBackend> {
  const server = createServer((request, response) => {
    answer(gitdir, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${basename(gitdir)}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(gitdir: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const child = spawn('git', ['http-backend'], {
    env: cgiEnvironment(gitdir, request),
    stdio: ['pipe', 'pipe', 'ignore'],
    signal: AbortSignal.timeout(deadline),
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  sendCgiAnswer(Buffer.concat(chunks), response);
}

// RFC 3875, as far as http-backend reads it.
function cgiEnvironment(gitdir: string, request: IncomingMessage): NodeJS.ProcessEnv {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const { headers } = request;
  return {
    PATH: process.env['PATH'],
    GIT_PROJECT_ROOT: dirname(gitdir),
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.receivepack',
    GIT_CONFIG_VALUE_0: 'true',
    REQUEST_METHOD: request.method,
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    CONTENT_LENGTH: headers['content-length'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    HTTP_GIT_PROTOCOL: headers['git-protocol']?.toString() ?? '',
  };
}

function sendCgiAnswer(answered: Buffer, response: ServerResponse): void {
  const end = answered.indexOf('\r\n\r\n');
  const lines = answered.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(lines.map((line) => line.split(/: */, 2) as [string, string]));
  response.statusCode = Number(headers.get('Status')?.slice(0, 3) ?? 200);
  headers.delete('Status');
  response.setHeaders(headers);
  response.end(answered.subarray(end + 4));
}
