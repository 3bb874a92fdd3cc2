import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { advertise, uploadPack } from './git-protocol.js';
import type { TestRepository } from './git-repository.js';

/**
 * What the server does with a request: `normal`; `down` closes the connection; `hang` never answers; `garbage` answers a page;
 * `unauthorized` 401; `unavailable` 503; `truncated` cuts the second half of a pack off; `slow` sends a pack in small pieces.
 */
export type GitServerMode =
  'normal' | 'down' | 'hang' | 'garbage' | 'unauthorized' | 'unavailable' | 'truncated' | 'slow';

export interface GitServerOptions {
  /** Where set, requests without exactly these get 401. */
  readonly username?: string;
  readonly password?: string;
  /** `1` answers as servers do that do not know protocol version 2. Default 2. */
  readonly protocol?: 1 | 2;
  /** What a first fetch gets, unpicked, as servers do that reuse the pack they have. */
  readonly wholePack?: Buffer;
  /** Further repositories, at `/<name>.git`. */
  readonly others?: Readonly<Record<string, TestRepository>>;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A smart-HTTP git server for reading, on loopback. Commit into its repository with the repository's own methods. */
export interface TestGitServer {
  /** `http://127.0.0.1:<port>/config.git` */
  readonly url: string;
  readonly port: number;
  mode: GitServerMode;
  /** Where set, every request is redirected there (path and query appended). */
  redirectTo: string | null;
  readonly requests: readonly SeenRequest[];
  /** How many packs it has begun to send. */
  readonly packs: number;
  close(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat(await request.toArray());

class GitServer implements TestGitServer {
  mode: GitServerMode = 'normal';
  redirectTo: string | null = null;
  readonly requests: SeenRequest[] = [];
  packs = 0;
  readonly #repository: TestRepository;
  readonly #options: GitServerOptions;
  readonly #server: Server;

  constructor(repository: TestRepository, options: GitServerOptions) {
    this.#repository = repository;
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/config.git`;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.requests.push({ method, path: url, authorization: headers.authorization });
    if (this.redirectTo !== null) {
      response.writeHead(302, { location: this.redirectTo + url }).end();
      return;
    }
    if (this.#misbehave(request, response)) return;
    const answer = await this.#answer(request);
    if (answer === undefined) response.writeHead(404).end();
    else await this.#send(request, response, answer);
  }

  /** Whether the mode has settled the request. */
  #misbehave(request: IncomingMessage, response: ServerResponse): boolean {
    switch (this.mode) {
      case 'hang':
        return true;
      case 'down':
        request.socket.destroy();
        return true;
      case 'garbage':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome to the portal</body></html>');
        return true;
      case 'unavailable':
        response.writeHead(503).end('try later');
        return true;
      default:
        if (this.mode !== 'unauthorized' && this.#isAuthorized(request)) return false;
        response
          .writeHead(401, { 'www-authenticate': 'Basic realm="git"' })
          .end(`denied ${request.headers.authorization}`);
        return true;
    }
  }

  #isAuthorized(request: IncomingMessage): boolean {
    const { username, password } = this.#options;
    if (username === undefined && password === undefined) return true;
    const expected = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
    return request.headers.authorization === `Basic ${expected}`;
  }

  async #answer(request: IncomingMessage): Promise<Buffer | undefined> {
    const [, name = '', service] = /^\/(.+)\.git\/(.+)$/.exec(request.url ?? '') ?? [];
    const gitdir = this.#repositoryOf(name)?.gitdir;
    if (gitdir === undefined) return undefined;
    const version = this.#options.protocol !== 1 && request.headers['git-protocol'] === 'version=2' ? 2 : 1;
    if (request.method === 'GET' && service === 'info/refs?service=git-upload-pack') {
      return advertise(gitdir, version);
    }
    if (request.method !== 'POST' || service !== 'git-upload-pack') return undefined;
    return uploadPack(gitdir, await readBody(request), this.#options.wholePack);
  }

  #repositoryOf(name: string): TestRepository | undefined {
    return name === 'config' ? this.#repository : this.#options.others?.[name];
  }

  async #send(request: IncomingMessage, response: ServerResponse, answer: Buffer): Promise<void> {
    const kind = request.method === 'GET' ? 'advertisement' : 'result';
    if (answer.includes('PACK')) this.packs += 1;
    response.writeHead(200, { 'content-type': `application/x-git-upload-pack-${kind}`, 'cache-control': 'no-cache' });
    if (this.mode === 'truncated' && answer.includes('PACK')) {
      response.write(answer.subarray(0, Math.floor(answer.length / 2)), () => response.end());
      return;
    }
    const isSlow = this.mode === 'slow' && answer.includes('PACK');
    const size = isSlow ? Math.max(1, Math.ceil(answer.length / 50)) : answer.length;
    for (let at = 0; at < answer.length; at += size) {
      response.write(answer.subarray(at, at + size));
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 4));
    }
    response.end();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Serves `repository` at `/config.git`. */
export function startGitServer(repository: TestRepository, options: GitServerOptions = {}): Promise<TestGitServer> {
  return new GitServer(repository, options).listen();
}
