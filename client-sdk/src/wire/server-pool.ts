import type { ServerAddress } from '../options/settings.js';
import type { Platform } from '../platform/platform.js';

const shortestSickness = 5_000;
const longestSickness = 60_000;

interface ServerState {
  readonly server: ServerAddress;
  failures: number;
  /** Until then it is asked only after the healthy ones. */
  sickUntil: number;
  /** Until then it is not asked at all: it said so by Retry-After. */
  silentUntil: number;
}

/** The servers in the order in which to ask them, with a memory of those that failed. */
export class ServerPool {
  readonly #states: readonly ServerState[];
  readonly #now: () => number;

  constructor(servers: readonly ServerAddress[], platform: Platform) {
    this.#states = servers.map((server) => ({ server, failures: 0, sickUntil: -Infinity, silentUntil: -Infinity }));
    this.#now = platform.now;
  }

  /** As configured, the sick ones last; without those that asked to be left alone. */
  candidates(): readonly ServerAddress[] {
    const now = this.#now();
    const states = this.#states.filter(({ silentUntil }) => silentUntil <= now);
    const isSick = ({ sickUntil }: ServerState): boolean => sickUntil > now;
    return [...states.filter((state) => !isSick(state)), ...states.filter(isSick)].map(({ server }) => server);
  }

  /** Milliseconds until the first server may be asked; 0 where one may be now. */
  readyIn(): number {
    return Math.max(0, Math.min(...this.#states.map(({ silentUntil }) => silentUntil)) - this.#now());
  }

  succeeded(server: ServerAddress): void {
    const state = this.#stateOf(server);
    if (state === undefined) return;
    state.failures = 0;
    state.sickUntil = -Infinity;
    state.silentUntil = -Infinity;
  }

  failed(server: ServerAddress, retryAfter: number): void {
    const state = this.#stateOf(server);
    if (state === undefined) return;
    const now = this.#now();
    state.sickUntil = now + Math.min(shortestSickness * 2 ** state.failures, longestSickness);
    state.silentUntil = now + retryAfter;
    state.failures += 1;
  }

  #stateOf(server: ServerAddress): ServerState | undefined {
    return this.#states.find((state) => state.server === server);
  }
}
