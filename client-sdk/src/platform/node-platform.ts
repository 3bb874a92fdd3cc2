/** Node's side of the seam; the only folder of the SDK that may import `node:` modules. */
import { emitWarning, env } from 'node:process';
import { setTimeout } from 'node:timers';
import type { Platform } from './platform.js';
import { readFile } from './read-file.js';
import { createSigningKey } from './signing-key.js';
import { openTlsTransport } from './tls-transport.js';

export const nodePlatform: Platform = {
  // Looked up at each call, so that an instrumented `globalThis.fetch` is used.
  fetch: (input, init) => globalThis.fetch(input, init),
  openTransport: (tls, { keepAlive }) => openTlsTransport({ tls, keepAlive, warn }),
  now: () => performance.now(),
  wallClock: () => Date.now(),
  random: () => Math.random(),
  uuid: () => globalThis.crypto.randomUUID(),
  startTimer(callback, milliseconds, { keepAlive }) {
    const timer = setTimeout(callback, milliseconds);
    if (!keepAlive) timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
  environment: (name) => env[name],
  warn,
  readFile,
  signingKey: createSigningKey,
};

function warn(message: string, code: string): void {
  emitWarning(message, { type: 'ConfigWarning', code });
}
