import { dirname } from 'node:path';
import { isConfigServerError } from '../core/errors.js';
import { readGuardedBytes, type GuardedFile } from './guarded-bytes.js';
import { startLooking } from './repeated-look.js';

/** How a file is looked at. */
export interface ReloadTimes {
  /** Between two looks at the file, where the file system does not tell of changes. Default 5 s. */
  readonly pollMs?: number;
  /** For how long a changed file must stay the same before it counts: it may be in the middle of being written. Default 100 ms. */
  readonly settleMs?: number;
}

export interface ReloadedFileOptions extends ReloadTimes {
  readonly path: string;
  readonly what: GuardedFile;
  /** What was taken to begin with. */
  readonly bytes: Buffer;
  /** Takes all of what the file says now, or throws a ConfigServerError and takes none of it. */
  readonly take: (bytes: Buffer) => void;
  /** The file is not right, and what was taken before stays; once for each reason. */
  readonly onRefuse: (message: string) => void;
}

/** A file that is read again when it changes, whole or not at all. */
export interface ReloadedFile {
  /** Why what the file says now is not taken, for details of the health; empty where it is. */
  refused(): { readonly refused?: string };
  /** Idempotent. */
  close(): void;
}

export function reloadFile(options: ReloadedFileOptions): ReloadedFile {
  const { path, pollMs = 5000, settleMs = 100 } = options;
  const reload = new Reload(options);
  const looking = startLooking({ folder: dirname(path), look: () => reload.look(), pollMs, soonMs: settleMs });
  return {
    refused: () => (reload.refusal === undefined ? {} : { refused: reload.refusal }),
    close: () => {
      looking.close();
    },
  };
}

class Reload {
  refusal: string | undefined;
  readonly #options: ReloadedFileOptions;
  #current: Buffer;
  /** What was found last, and may still be growing. */
  #candidate: Buffer | undefined;
  #refused: Buffer | undefined;

  constructor(options: ReloadedFileOptions) {
    this.#options = options;
    this.#current = options.bytes;
  }

  /** Looks at the file; gives whether it has to be looked at again soon. */
  async look(): Promise<boolean> {
    const { path, what } = this.#options;
    try {
      const found = await readGuardedBytes(path, what).catch((error: unknown) => {
        // What was wrong before is said again when it is there again.
        this.#refused = undefined;
        throw error;
      });
      return this.#consider(found);
    } catch (error) {
      this.#refuse(error);
      return false;
    }
  }

  #consider(found: Buffer): boolean {
    if (found.equals(this.#current)) {
      this.refusal = undefined;
      this.#refused = undefined;
    } else if (this.#refused?.equals(found) !== true) {
      if (this.#candidate?.equals(found) !== true) {
        this.#candidate = found;
        return true;
      }
      this.#take(found);
    }
    this.#candidate = undefined;
    return false;
  }

  #take(found: Buffer): void {
    this.#refused = found;
    this.#options.take(found);
    this.#current = found;
    this.#refused = undefined;
    this.refusal = undefined;
  }

  #refuse(error: unknown): void {
    const { what, onRefuse } = this.#options;
    const message = isConfigServerError(error) ? error.message : `The ${what} file cannot be read.`;
    if (message !== this.refusal) onRefuse(message);
    this.refusal = message;
  }
}
