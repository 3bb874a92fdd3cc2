import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChangeEvent } from 'cairn-config-client';
import { endProcess } from './cairn-process.js';

/** What the service in the other process tells. */
export type ServiceMessage =
  | { readonly type: 'loaded'; readonly state: ServiceState }
  | { readonly type: 'state'; readonly state: ServiceState }
  | { readonly type: 'change'; readonly change: Omit<ChangeEvent, 'source'> }
  | { readonly type: 'failed'; readonly code: string };

export interface ServiceState {
  readonly current: unknown;
  readonly version: string | null;
  readonly origin: string;
  readonly stale: boolean;
}

/** A service in a process of its own that has loaded its configuration by the SDK and follows it. */
export interface ServiceProcess {
  /** The state it started with. */
  readonly loaded: ServiceState;
  /** The next change that it was told, in order. */
  nextChange(): Promise<Omit<ChangeEvent, 'source'>>;
  /** What it would use now. */
  state(): Promise<ServiceState>;
  close(): Promise<void>;
}

const deadline = 15_000;

export async function startService(url: string, application: string, profile: string): Promise<ServiceProcess> {
  const script = fileURLToPath(new URL('../integration/service.js', import.meta.url));
  const child = fork(script, [url, application, profile]);
  const inbox = collectMessages(child);
  const first = await inbox.next('loaded', 'failed');
  if (first.type !== 'loaded') throw new Error(`the service could not start: ${JSON.stringify(first)}`);
  return {
    loaded: first.state,
    nextChange: async () => (await inbox.next('change')).change,
    state: async () => {
      child.send('state');
      return (await inbox.next('state')).state;
    },
    close: () => endProcess(child),
  };
}

type MessageOf<T extends ServiceMessage['type']> = Extract<ServiceMessage, { readonly type: T }>;

interface Inbox {
  next<T extends ServiceMessage['type']>(...types: T[]): Promise<MessageOf<T>>;
}

// Messages wait here until they are asked for, so that none is missed.
function collectMessages(child: ChildProcess): Inbox {
  const waiting: ServiceMessage[] = [];
  child.on('message', (message) => waiting.push(message as ServiceMessage));
  child.on('exit', () => child.emit('message', { type: 'failed', code: 'the process ended' }));
  return {
    next: async <T extends ServiceMessage['type']>(...types: T[]) => {
      const isAsked = (message: ServiceMessage): message is MessageOf<T> => types.includes(message.type as T);
      const signal = AbortSignal.timeout(deadline);
      while (!waiting.some(isAsked)) await once(child, 'message', { signal });
      const at = waiting.findIndex(isAsked);
      return waiting.splice(at, 1)[0] as MessageOf<T>;
    },
  };
}
