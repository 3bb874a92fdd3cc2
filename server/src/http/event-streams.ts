import { systemClock, type Clock } from '../changes/clock.js';
import { ConfigServerError } from '../core/errors.js';
import type { Principal } from '../security/principal.js';
import { addressKey } from './addresses.js';
import { createEventStream, type EventStream } from './event-stream.js';
import type { AnyResponse } from './exchange.js';
import type { HttpLimits } from './limits.js';

export interface EventStreamsOptions {
  readonly limits: Pick<HttpLimits, 'eventStreams' | 'eventStreamsPerClient' | 'eventStreamTime'>;
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** To whom a stream goes. */
export interface Recipient {
  readonly principal: Principal;
  /** Null: not known. */
  readonly address: string | null;
  readonly response: AnyResponse;
}

/** The streams that are open: bounded, kept alive, and ended when their time or that of a credential is up. */
export interface EventStreams {
  /** @throws ConfigServerError CONFIG_OVERLOADED, CONFIG_RATE_LIMITED */
  open(recipient: Recipient): EventStream;
  /** Ends all of them and opens none any more. Idempotent. */
  close(): void;
}

const heartbeatMs = 15_000;
const retrySeconds = 30;

export function createEventStreams(options: EventStreamsOptions): EventStreams {
  const { limits, clock = systemClock, random = Math.random } = options;
  const open = new Set<EventStream>();
  const byClient = new Map<string, number>();
  let isClosed = false;

  const count = (client: string, by: number): void => {
    const left = (byClient.get(client) ?? 0) + by;
    if (left === 0) byClient.delete(client);
    else byClient.set(client, left);
  };
  const check = (clients: readonly string[]): void => {
    if (isClosed) throw new ConfigServerError('CONFIG_OVERLOADED', 'The server is stopping.');
    if (open.size >= limits.eventStreams)
      throw new ConfigServerError('CONFIG_OVERLOADED', 'No more event streams can be open (limits.event-streams).', {
        retryAfterSeconds: retrySeconds,
      });
    if (clients.some((client) => (byClient.get(client) ?? 0) >= limits.eventStreamsPerClient))
      throw new ConfigServerError(
        'CONFIG_RATE_LIMITED',
        'This principal or address has as many event streams open as it may (limits.event-streams-per-client).',
        { retryAfterSeconds: retrySeconds },
      );
  };
  /** Streams that began together end one after the other. */
  const lifeOf = ({ expiresAt }: Principal): number => {
    const longest = limits.eventStreamTime * (0.9 + random() / 10);
    return expiresAt === null ? longest : Math.min(longest, Math.max(0, expiresAt - clock.now()));
  };
  const keepAlive = (stream: EventStream): void => {
    let cancel: () => void = () => undefined;
    const beatLater = (): void => {
      cancel = clock.after(heartbeatMs, () => {
        stream.beat();
        if (!stream.signal.aborted) beatLater();
      });
    };
    beatLater();
    stream.signal.addEventListener('abort', () => {
      cancel();
    });
  };

  return {
    open({ principal, address, response }) {
      const clients = clientsOf(principal, address);
      check(clients);
      // Those that end together do not all come again together.
      const stream = createEventStream({ response, retryMs: 1_000 + Math.round(4_000 * random()) });
      open.add(stream);
      for (const client of clients) count(client, 1);
      const cancelEnd = clock.after(lifeOf(principal), () => {
        stream.end();
      });
      keepAlive(stream);
      stream.signal.addEventListener('abort', () => {
        cancelEnd();
        open.delete(stream);
        for (const client of clients) count(client, -1);
      });
      return stream;
    },
    close() {
      isClosed = true;
      for (const stream of [...open]) stream.end();
    },
  };
}

function clientsOf({ scheme, key }: Principal, address: string | null): readonly string[] {
  const ofAddress = address === null ? [] : [`address ${addressKey(address)}`];
  return scheme === 'anonymous' ? ofAddress : [`principal ${key}`, ...ofAddress];
}
