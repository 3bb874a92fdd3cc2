import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import type { Clock } from './clock.js';
import { headText } from './file/head.js';
import type { SignedHead } from './file/head.js';

export interface HeadCopiesOptions {
  /** A file that is replaced whole; null: none. */
  readonly path: string | null;
  readonly intervalMs: number;
  readonly heads: () => readonly SignedHead[];
  /** To the other sinks. */
  readonly send: (heads: readonly SignedHead[]) => void;
  readonly onFailed: (error: unknown) => void;
  readonly clock: Clock;
}

/** Takes heads to other places from time to time, where they have moved. */
export interface HeadCopies {
  start(): void;
  /** Copies the last heads. Idempotent. */
  close(): Promise<void>;
}

export function createHeadCopies(options: HeadCopiesOptions): HeadCopies {
  const { intervalMs, clock } = options;
  let copied = '';
  let cancel = (): void => undefined;
  let underWay: Promise<void> = Promise.resolve();
  const copy = async (): Promise<void> => {
    const heads = options.heads();
    const text = headLines(heads);
    if (text === copied) return;
    options.send(heads);
    if (options.path !== null) await replaceFile(options.path, text);
    copied = text;
  };
  const copyAndTell = (): Promise<void> => {
    underWay = underWay.then(copy).catch(options.onFailed);
    return underWay;
  };
  const plan = (): void => {
    cancel = clock.after(intervalMs, () => void copyAndTell().then(plan));
  };
  return {
    start: plan,
    async close() {
      cancel();
      await copyAndTell();
      cancel();
    },
  };
}

/** Heads one a line, as `cairn audit verify --head` reads them. */
export function headLines(heads: readonly SignedHead[]): string {
  return heads.map((head) => `${headText(head)}\n`).join('');
}

async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await fs.writeFile(draft, text, { mode: 0o600, flush: true });
    await fs.rename(draft, path);
  } finally {
    await fs.rm(draft, { force: true });
  }
}
