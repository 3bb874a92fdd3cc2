import type { CairnEvent } from '../core/events.js';
import { members } from './ascii-json.js';
import { isoTime } from './clock.js';

/** The members of the record of a change; undefined: the event is none. Names only, never a value. */
export function eventText(time: () => string, event: CairnEvent): string | undefined {
  const told = toldOf(event);
  return told && members({ time: time(), kind: event.type, ...told });
}

function toldOf(event: CairnEvent): object | undefined {
  switch (event.type) {
    case 'label-moved':
    case 'webhook-received':
    case 'webhook-refused':
    case 'refresh-late':
    case 'server-stopping':
      return withoutType(event);
    case 'server-started':
      return { address: event.address, port: event.port };
    case 'change-described':
      return describedChange(event);
    default:
      return undefined;
  }
}

function withoutType<T extends CairnEvent>({ type: _, ...told }: T): Omit<T, 'type'> {
  return told;
}

function describedChange({
  source,
  label,
  from,
  to,
  change,
}: Extract<CairnEvent, { type: 'change-described' }>): object {
  const { isComplete, files } = change;
  const commits = change.commits.map(({ id, author, time }) => ({ id, author, time: isoTime(time) }));
  return { source, label, from, to, commits, files, isComplete };
}
