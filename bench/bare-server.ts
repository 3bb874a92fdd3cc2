import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// What Node itself can do on this machine: a bare `node:http` server with the same bytes, head and body, ready in memory.

export interface PreparedAnswer {
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

function serve(answers: readonly PreparedAnswer[]): void {
  const prepared = new Map(
    answers.map(({ path, headers, body }) => [path, { headers: headers.flat(), body: Buffer.from(body) }]),
  );
  const server = createServer((request, response) => {
    const answer = prepared.get(request.url ?? '');
    if (answer === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, answer.headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1', () => process.send!({ result: (server.address() as AddressInfo).port }));
}

process.once('message', serve);
