import type { CairnEvent } from '../core/events.js';
import { members } from './ascii-json.js';
import { isoTime } from './clock.js';

/** The event of a type; several types may share one. */
type EventOf<T, E = CairnEvent> = E extends { readonly type: infer All } ? (T extends All ? E : never) : never;

/** Events that are changes, and what of them is recorded: names, never texts that may quote a file. */
const recorded: { readonly [T in CairnEvent['type']]?: readonly (keyof EventOf<T>)[] } = {
  'server-started': ['address', 'port'],
  'server-stopping': ['reason'],
  'label-moved': ['source', 'label', 'from', 'to'],
  'change-described': ['source', 'label', 'from', 'to'],
  'file-invalid': ['source', 'file', 'line', 'version', 'servedVersion'],
  'mirror-repaired': ['source'],
  'webhook-received': ['host', 'names', 'isReplay'],
  'webhook-refused': ['host', 'hasSecret'],
  'refresh-late': ['label', 'commit', 'milliseconds'],
  'secret-rotated': ['path', 'isDeleted'],
  'secret-forbidden': ['path', 'key', 'propertySource', 'application', 'profiles'],
  'lease-created': ['path', 'scope', 'seconds'],
  'lease-replaced': ['path', 'scope', 'seconds'],
  'lease-ended': ['path', 'scope', 'isIdle'],
  'lease-failed': ['path', 'scope', 'action'],
  'policy-replaced': ['generation'],
  'policy-refused': [],
  'credentials-replaced': ['generation', 'added', 'changed', 'removed', 'isComplete'],
  'credentials-refused': [],
  'tls-replaced': ['expiresAt'],
  'tls-failed': [],
  'client-certificate-refused': ['address', 'reason'],
};

const recordedNames: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(recorded));

/** The members of the record of a change; undefined: the event is none. */
export function eventText(time: () => string, event: CairnEvent): string | undefined {
  const names = recordedNames.get(event.type);
  if (names === undefined) return undefined;
  const told = Object.entries(event).filter(([name]) => names.includes(name));
  const more = event.type === 'change-described' ? describedChange(event) : {};
  return members({ time: time(), kind: event.type, ...Object.fromEntries(told), ...more });
}

function describedChange({ change }: EventOf<'change-described'>): object {
  const { isComplete, files } = change;
  const commits = change.commits.map(({ id, author, time }) => ({ id, author, time: isoTime(time) }));
  return { commits, files, isComplete };
}
