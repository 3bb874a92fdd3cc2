import type { TlsSettings } from '#sdk/options/parse-tls.js';
import type { Platform } from '#sdk/platform/platform.js';
import { createSigningKey } from '#sdk/platform/signing-key.js';
import { settle } from './settle.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly keepAlive: boolean;
}

export interface FakeRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly signal: AbortSignal;
}

export type Responder = (request: FakeRequest) => Response | Promise<Response>;

/** The SDK's platform with a clock that only `advance` moves, and a fetch that tests answer. */
export class FakePlatform implements Platform {
  readonly requests: FakeRequest[] = [];
  readonly warnings: string[] = [];
  readonly variables = new Map<string, string>();
  /** What is in files, by their paths. */
  readonly files = new Map<string, string>();
  randomness = 0.5;
  respond: Responder;
  #time = 0;
  readonly #timers = new Set<Timer>();

  constructor(respond: Responder) {
    this.respond = respond;
  }

  readonly fetch: Platform['fetch'] = async (url, { method = 'GET', headers, body = '', signal }) => {
    const request = { url, method, headers: new Headers(headers), body, signal };
    this.requests.push(request);
    return Promise.race([this.respond(request), aborted(signal)]);
  };

  readonly transports: { readonly tls: TlsSettings; readonly keepAlive: boolean; isClosed: boolean }[] = [];
  readonly openTransport: Platform['openTransport'] = (tls, { keepAlive }) => {
    const transport = { tls, keepAlive, isClosed: false };
    this.transports.push(transport);
    const close = (): void => {
      transport.isClosed = true;
    };
    return { fetch: this.fetch, close };
  };

  readonly now = (): number => this.#time;
  readonly wallClock = (): number => Date.UTC(2026, 0, 1) + this.#time;
  readonly random = (): number => this.randomness;
  readonly uuid = (): string => 'the-uuid';
  readonly signingKey: Platform['signingKey'] = createSigningKey;
  readonly environment = (name: string): string | undefined => this.variables.get(name);

  readonly readFile: Platform['readFile'] = (path) => {
    const text = this.files.get(path);
    if (text === undefined) return Promise.reject(Object.assign(new Error('no file'), { code: 'ENOENT' }));
    return Promise.resolve(new TextEncoder().encode(text));
  };

  readonly startTimer: Platform['startTimer'] = (callback, milliseconds, { keepAlive }) => {
    const timer = { at: this.#time + milliseconds, callback, keepAlive };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  };

  readonly warn = (message: string, code: string): void => {
    this.warnings.push(`${code}: ${message}`);
  };

  /** Milliseconds from now of the timers that run, in order. */
  get timers(): readonly number[] {
    return [...this.#timers].map(({ at }) => at - this.#time).sort((left, right) => left - right);
  }

  get hasTimerThatKeepsAlive(): boolean {
    return [...this.#timers].some(({ keepAlive }) => keepAlive);
  }

  /** Moves the clock, calling the timers on the way and letting what they started settle. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#time + milliseconds;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#time = next.at;
      next.callback();
      await settle();
    }
    this.#time = end;
  }

  /** Moves the clock until `promise` is settled, and gives its outcome. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    const progress = { isSettled: false };
    const done = (): void => {
      progress.isSettled = true;
    };
    promise.then(done, done);
    await settle();
    while (!progress.isSettled) {
      const [first] = this.timers;
      if (first === undefined) throw new Error('nothing left that could settle the promise');
      await this.advance(first);
    }
    return promise;
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0];
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    });
  });
}
