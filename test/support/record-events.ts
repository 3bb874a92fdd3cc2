import type { CairnEvent, Emit } from '#server/core/events.js';

/** An `Emit` that keeps what it is told. */
export function recordEvents(): { readonly emit: Emit; readonly events: readonly CairnEvent[] } {
  const events: CairnEvent[] = [];
  return { events, emit: (event) => void events.push(event) };
}
