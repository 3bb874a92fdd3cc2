import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks';

// A load generator in a process of its own: keep-alive connections over bare sockets, one request in flight on each.
// It reads no more of an answer than it needs (status, length, number of bytes), to cost less than what it measures.

export interface LoadOrder {
  readonly port: number;
  readonly paths: readonly string[];
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly connections: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly requests: number;
  readonly failures: number;
  readonly bytes: number;
}

interface Counters {
  readonly latencies: RecordableHistogram;
  requests: number;
  failures: number;
  bytes: number;
}

export async function runLoad(order: LoadOrder): Promise<LoadResult> {
  const counters: Counters = { latencies: createHistogram(), requests: 0, failures: 0, bytes: 0 };
  const lines = Object.entries(order.headers ?? {})
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const requests = order.paths.map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${order.port}\r\n${lines}\r\n`),
  );
  let turn = 0;
  const next = (): Buffer => requests[turn++ % requests.length]!;
  const start = performance.now();
  const until = start + order.seconds * 1_000;
  await Promise.all(
    Array.from({ length: order.connections }, () => drive({ port: order.port, next, until, counters })),
  );
  const seconds = (performance.now() - start) / 1_000;
  return {
    requestsPerSecond: counters.requests / seconds,
    p50Milliseconds: counters.latencies.percentile(50) / 1e6,
    p99Milliseconds: counters.latencies.percentile(99) / 1e6,
    requests: counters.requests,
    failures: counters.failures,
    bytes: counters.bytes,
  };
}

interface Drive {
  readonly port: number;
  readonly next: () => Buffer;
  readonly until: number;
  readonly counters: Counters;
}

function drive({ port, next, until, counters }: Drive): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true).setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')));
    let sentAt = 0n;
    const send = (): void => {
      if (performance.now() >= until) socket.end();
      else {
        sentAt = process.hrtime.bigint();
        socket.write(next());
      }
    };
    readAnswers(socket, (answer) => {
      counters.latencies.record(process.hrtime.bigint() - sentAt);
      counters.requests += 1;
      counters.bytes += answer.bytes;
      if (answer.status !== 200) counters.failures += 1;
      send();
    });
    socket.on('connect', send).on('error', reject);
    socket.on('close', () => {
      resolve();
    });
  });
}

interface ReadAnswer {
  readonly status: number;
  readonly bytes: number;
}

const headEnd = '\r\n\r\n';

function readAnswers(socket: Socket, onAnswer: (answer: ReadAnswer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = rest.indexOf(headEnd);
    if (end < 0) return;
    const head = rest.toString('latin1', 0, end);
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      socket.destroy(new Error(`an answer without Content-Length: ${head}`));
      return;
    }
    const bytes = end + headEnd.length + Number(length);
    if (rest.length < bytes) return;
    rest = Buffer.alloc(0);
    onAnswer({ status: Number(head.slice(9, 12)), bytes });
  });
}

if (process.send) {
  process.on('message', (order: LoadOrder) => {
    void runLoad(order).then(
      (result) => process.send!({ result }),
      (error: unknown) => process.send!({ error: String(error) }),
    );
  });
}
