/**
 * Secrets that change in Vault, found without a request: those in use are looked at now and then, by the metadata of KV 2
 * where it may be read, else by the value itself when its time is up. Imports the room.
 */
import { systemClock, type Clock } from './clock.js';
import { createLook, type LookOptions, type Used } from './look-at-secret.js';
import type { SecretPath } from './secrets.js';

export interface RotationOptions extends Omit<LookOptions, 'clock' | 'signal'> {
  /** From one look at all to the next, ± 20 %; 0: never. */
  readonly intervalMs: number;
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export interface Rotation {
  /** Notes that who asks is given the secret that the server's own token reads there. */
  use(at: SecretPath): void;
  /** Looks at all of them now. */
  wake(): void;
  /** Idempotent. */
  close(): void;
}

const mostPaths = 2000;
const atOnce = 4;
/** What nobody asked for so long is in use no more. */
const idleMs = 600_000;

export function createRotation(options: RotationOptions): Rotation {
  const { intervalMs, timeToLiveMs, clock = systemClock, random = Math.random } = options;
  const uses = new Map<string, Used>();
  const closing = new AbortController();
  const { signal } = closing;
  const lookAt = createLook({ ...options, clock, signal });
  const inUseMs = Math.max(idleMs, 3 * timeToLiveMs);
  let cancel: (() => void) | undefined;
  let isRunning = false;
  let isWoken = false;

  const lookAtAll = async (): Promise<void> => {
    const now = clock.now();
    for (const [name, { lastUse }] of uses) if (now - lastUse > inUseMs) uses.delete(name);
    // Those that came last when Vault ceased to answer come first.
    const waiting = [...uses.values()].toSorted((left, right) => left.lastLook - right.lastLook).values();
    let isAnswered = true;
    const work = async (): Promise<void> => {
      for (const used of waiting) {
        if (!isAnswered || signal.aborted) return;
        isAnswered = (await lookAt(used)) && isAnswered;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  };

  const schedule = (): void => {
    if (intervalMs === 0 || signal.aborted || isRunning || cancel !== undefined || uses.size === 0) return;
    cancel = clock.after(Math.round(intervalMs * (0.8 + 0.4 * random())), () => void run());
  };
  const run = async (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    isRunning = true;
    isWoken = false;
    await lookAtAll();
    isRunning = false;
    if (wasWoken()) wake();
    else schedule();
  };

  const wasWoken = (): boolean => isWoken;
  const wake = (): void => {
    isWoken = true;
    if (!isRunning && uses.size > 0 && !signal.aborted) void run();
  };

  return {
    wake,
    use(at) {
      if (intervalMs === 0 || at.pin !== undefined || signal.aborted) return;
      const name = `${at.version} ${at.path}`;
      const known = uses.get(name);
      // The oldest is the first of a map.
      uses.delete(name);
      if (uses.size >= mostPaths) uses.delete(uses.keys().next().value ?? '');
      const now = clock.now();
      const used = known ?? { at, lastUse: now, lastLook: now, byValueUntil: 0, disagreed: 0 };
      used.lastUse = now;
      uses.set(name, used);
      schedule();
    },
    close() {
      closing.abort(new Error('closed'));
      cancel?.();
      uses.clear();
    },
  };
}
