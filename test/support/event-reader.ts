import { request, type IncomingMessage } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';

/** A server-sent event as a client takes it in. */
export interface ReceivedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A stream of events that is open. */
export interface EventReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The next event; rejects where the stream is over before. */
  next(): Promise<ReceivedEvent>;
  /** All that has come. */
  text(): string;
  /** True: the answer was ended as it should be; false: the connection broke. */
  readonly ended: Promise<boolean>;
  /** Goes away. */
  close(): Promise<void>;
}

export interface Opening {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function openEvents(port: number, { path, headers = {} }: Opening): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: false });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const { statusCode: status = 0, headers: received } = incoming;
      const close = (): void => void incoming.destroy();
      resolve({ status, headers: received, ...collected(incoming, close, () => incoming.complete) });
    });
    outgoing.end();
  });
}

export function openEventsHttp2(session: ClientHttp2Session, { path, headers = {} }: Opening): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ...headers });
    stream.once('error', reject);
    stream.once('response', ({ ':status': status = 0, ...received }) => {
      const close = (): void => {
        stream.close();
      };
      const kept = received as IncomingMessage['headers'];
      resolve({ status, headers: kept, ...collected(stream, close, () => stream.readableEnded) });
    });
  });
}

function collected(
  incoming: NodeJS.ReadableStream,
  leave: () => void,
  isComplete: () => boolean,
): Pick<EventReader, 'next' | 'text' | 'ended' | 'close'> {
  let text = '';
  let taken = 0;
  let isOver = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  incoming.setEncoding('utf8');
  incoming.on('data', (chunk) => {
    text += String(chunk);
    wake();
  });
  incoming.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    incoming.once('close', () => {
      isOver = true;
      wake();
      resolve(isComplete());
    });
  });
  return {
    text: () => text,
    ended,
    async next() {
      for (;;) {
        const event = eventsIn(text)[taken];
        if (event !== undefined) {
          taken += 1;
          return event;
        }
        if (isOver) throw new Error(`the stream is over after ${JSON.stringify(text)}`);
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    async close() {
      leave();
      await ended;
    },
  };
}

function eventsIn(text: string): readonly ReceivedEvent[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const field = (name: string): string | undefined =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const [event, id, data] = [field('event'), field('id'), field('data')];
    if (event === undefined || id === undefined || data === undefined) return [];
    return [{ event, id, data: JSON.parse(data) as Record<string, unknown> }];
  });
}
