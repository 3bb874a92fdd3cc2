import type { HealthComponent } from '../core/health.js';

/** A sink as it is now. */
export interface SinkState {
  readonly sink: string;
  readonly isWell: boolean;
  /** Records lost since the start. */
  readonly dropped: number;
}

/** Down where requests are refused: with `drop-and-count` losses are told and all goes on. */
export function healthOf(states: readonly SinkState[], isReady: boolean): HealthComponent {
  const sinks = states.map(({ sink, isWell, dropped }) => ({ sink, state: isWell ? 'well' : 'failing', dropped }));
  return { status: isReady ? 'UP' : 'DOWN', details: { sinks } };
}
