/**
 * audit/ keeps who asked for what, and what changed, so that nobody can change it unseen. It imports core and files only;
 * rooms tell it decisions through `Audit` of core, and events of all rooms through `observe`.
 */
import type { Audit, AuditReader, Decision, Occasion } from '../core/audit.js';
import type { CairnEvent, Emit } from '../core/events.js';
import type { HealthComponent } from '../core/health.js';
import { members } from './ascii-json.js';
import { createIsoTimes, systemClock } from './clock.js';
import type { Clock } from './clock.js';
import { createDecisionTexts } from './decision-text.js';
import { eventText } from './event-text.js';
import { failedEvent } from './failed-event.js';
import { openFileStore } from './file/file-store.js';
import type { FileStore, FileStoreOptions } from './file/file-store.js';
import type { SignedHead } from './file/head.js';
import { createHeadCopies } from './head-copies.js';
import type { HeadCopies } from './head-copies.js';
import { healthOf } from './health.js';
import type { JournalLimits } from './journal.js';
import { logNames } from './logs.js';
import { createPipes } from './pipes.js';
import type { Pipes } from './pipes.js';
import { searchFiles } from './search/search-files.js';
import type { Sink } from './sinks/sink.js';

export interface AuditOptions {
  /** Null: no file is kept. */
  readonly file: FileStoreOptions | null;
  readonly sinks: readonly Sink[];
  readonly backpressure: 'block' | 'drop-and-count';
  readonly limits: JournalLimits;
  /** Where signed heads go beside their log. */
  readonly heads: HeadCopyOptions;
  readonly emit: Emit;
  /** Default the system's. */
  readonly clock?: Clock;
}

export interface HeadCopyOptions {
  /** A file that is replaced whole; null: none. */
  readonly path: string | null;
  readonly intervalMs: number;
}

/** The audit of a server, from its start to its end. */
export interface OpenAudit extends Audit {
  /** Records what changed; never throws, never blocks. */
  observe(event: CairnEvent): void;
  health(): HealthComponent;
  /** Undefined: no file is kept. */
  readonly reader: AuditReader | undefined;
  /** Newest heads; none without a file. */
  heads(): readonly SignedHead[];
  /** Resolves once whoever reads the files finds everything that was acknowledged. Where that fails they have what they have. */
  flush(): Promise<void>;
  /** Writes what waits, and closes every sink. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens files and sinks.
 * @throws ConfigServerError CONFIG_AUDIT_LOCKED, CONFIG_AUDIT_BROKEN, CONFIG_SETTINGS_INVALID
 */
export async function openAudit(options: AuditOptions): Promise<OpenAudit> {
  const clock = options.clock ?? systemClock;
  const store = options.file === null ? undefined : await openFileStore(options.file);
  const audit = new RunningAudit({ ...options, clock }, store);
  audit.begin();
  return audit;
}

class RunningAudit implements OpenAudit {
  readonly isOn = true;
  readonly reader: AuditReader | undefined;
  readonly #options: AuditOptions & { readonly clock: Clock };
  readonly #store: FileStore | undefined;
  readonly #pipes: Pipes;
  readonly #copies: HeadCopies;
  readonly #decisionText: (time: string, decision: Decision, occasion: Occasion) => string = createDecisionTexts();
  readonly #isoTimes: (ms: number) => string = createIsoTimes();
  #closing: Promise<void> | undefined;

  constructor(options: AuditOptions & { readonly clock: Clock }, store: FileStore | undefined) {
    this.#options = options;
    this.#store = store;
    this.reader = store && readerOf(store);
    this.#pipes = createPipes({ ...options, files: store?.logs });
    this.#copies = createHeadCopies({
      ...options.heads,
      clock: options.clock,
      heads: () => this.heads(),
      send: (heads) => {
        this.#pipes.sendHeads(heads);
      },
      onFailed: (error) => {
        options.emit(failedEvent('head-copy', error));
      },
    });
  }

  begin(): void {
    for (const log of logNames) {
      const found = this.#store?.logs.get(log)?.found;
      this.#change('audit-started', { log, ...found });
    }
    this.#copies.start();
  }

  isReady(): boolean {
    return this.#options.backpressure !== 'block' || this.#pipes.isReady();
  }

  record(decision: Decision, occasion: Occasion): Promise<void> | undefined {
    return this.#pipes.push('queries', this.#decisionText(this.#time(), decision, occasion));
  }

  observe(event: CairnEvent): void {
    const text = eventText(() => this.#time(), event);
    if (text !== undefined) void this.#pipes.push('changes', text);
  }

  #change(kind: string, told: object): void {
    void this.#pipes.push('changes', members({ time: this.#time(), kind, ...told }));
  }

  #time(): string {
    return this.#isoTimes(this.#options.clock.now());
  }

  health(): HealthComponent {
    return healthOf(this.#pipes.states(), this.isReady());
  }

  heads(): readonly SignedHead[] {
    return [...(this.#store?.logs.values() ?? [])].map(({ head }) => head);
  }

  async flush(): Promise<void> {
    for (const log of this.#store?.logs.values() ?? []) await log.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    for (const log of logNames) this.#change('audit-stopped', { log });
    await this.#pipes.flush();
    await this.#store?.settle();
    await this.#copies.close();
    await this.#pipes.close();
    await this.#store?.close();
  }
}

function readerOf({ folder, logs }: FileStore): AuditReader {
  return {
    async search(query, signal) {
      const log = logs.get(query.log);
      await log?.flush();
      return searchFiles(query, { folder, count: log?.head.count ?? 0 }, signal);
    },
  };
}
