/**
 * One check from request to swap: fetched, merged, placeholders resolved, validated, offered to the service, swapped by
 * one assignment, or rejected whole.
 */
import type { ChangeEvent, ChangeSource } from '../config.js';
import { throwIfAborted, withDeadline } from '../deadline.js';
import { ConfigClientError } from '../errors.js';
import type { ClientSettings } from '../options/settings.js';
import type { Platform } from '../platform/platform.js';
import { countsMarks, describeChange, haveSameValues } from '../snapshot/describe-change.js';
import { reasonOf, withoutSecrets } from '../snapshot/redact.js';
import { buildTree, mergeProperties, resolveOptions, resolveProperties, type Snapshot } from '../snapshot/snapshot.js';
import type { MarkedProperties } from '../values/index.js';
import type { EnvironmentAnswer, Failure, UnchangedAnswer } from '../wire/outcome.js';
import type { Remote } from '../wire/remote.js';
import type { Emitter } from './emitter.js';
import type { Freshness } from './freshness.js';

export interface UpdaterParts {
  readonly settings: ClientSettings;
  readonly platform: Platform;
  readonly remote: Remote;
  readonly emitter: Emitter;
  readonly freshness: Freshness;
}

export interface Rejection {
  readonly kind: 'rejected';
  readonly error: ConfigClientError;
}

export type CheckResult = { readonly kind: 'changed' | 'unchanged' } | Rejection | Failure;

/** Where a check stands: what led to it, and the signal that ends it. */
interface Check {
  readonly source: ChangeSource;
  readonly signal: AbortSignal;
}

export class Updater {
  readonly #parts: UpdaterParts;
  #snapshot: Snapshot;
  #replaced: MarkedProperties = new Map();
  /** The ETag of the last answer that was dealt with, taken or rejected. */
  #validator: string | undefined;
  /** What was rejected and why, until the server has something else. */
  #rejected: { readonly merged: MarkedProperties; readonly error: ConfigClientError } | undefined;

  constructor(parts: UpdaterParts, snapshot: Snapshot, validator: string | undefined) {
    this.#parts = parts;
    this.#snapshot = snapshot;
    this.#validator = validator;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** The properties before the last change: its listeners are given both. */
  get replaced(): MarkedProperties {
    return this.#replaced;
  }

  /** Asks the servers and deals with the answer. Rejects only when the signal is aborted. */
  async check(source: ChangeSource, signal: AbortSignal): Promise<CheckResult> {
    const { remote, settings } = this.#parts;
    const outcome = await remote.ask({ validator: this.#validator, milliseconds: settings.timeout, signal });
    throwIfAborted(signal);
    if (outcome.kind === 'failed') return outcome;
    if (outcome.kind === 'environment') return this.#offer(outcome, { source, signal });
    if (this.#rejected !== undefined) return { kind: 'rejected', error: this.#rejected.error };
    this.#confirm({ version: outcome.version ?? this.#snapshot.version, digest: outcome.digest }, outcome);
    return { kind: 'unchanged' };
  }

  async #offer(answer: EnvironmentAnswer, check: Check): Promise<CheckResult> {
    const merged = mergeProperties(answer.environment.sources);
    this.#validator = answer.validator;
    if (this.#rejected !== undefined && haveSameValues(this.#rejected.merged, merged, { marks: true })) {
      return { kind: 'rejected', error: this.#rejected.error };
    }
    try {
      const kind = await this.#take(answer, merged, check);
      this.#rejected = undefined;
      return { kind };
    } catch (error) {
      throwIfAborted(check.signal);
      return this.#reject(answer, merged, error);
    }
  }

  async #take(answer: EnvironmentAnswer, merged: MarkedProperties, check: Check): Promise<'changed' | 'unchanged'> {
    const { sources } = answer.environment;
    const { settings, platform } = this.#parts;
    const flat = resolveProperties(merged, resolveOptions(settings, platform));
    if (haveSameValues(this.#snapshot.flat, flat, { marks: countsMarks(settings) })) {
      this.#confirm({ origin: 'remote', sources, flat, version: answer.version, digest: answer.digest }, answer);
      return 'unchanged';
    }
    const tree = await this.#prepare(flat, check.signal);
    throwIfAborted(check.signal);
    const { version, digest } = answer;
    const next: Snapshot = { origin: 'remote', version, digest, sources, flat, tree };
    const change = describeChange(this.#snapshot, next, { presentation: settings, source: check.source });
    this.#confirm(next, answer, change);
    return 'changed';
  }

  /** The validated tree, if the service lets it through; both have the timeout's time. */
  async #prepare(flat: MarkedProperties, signal: AbortSignal): Promise<unknown> {
    const { settings, platform } = this.#parts;
    const milliseconds = settings.timeout;
    const tree = await withDeadline({ platform, milliseconds, signal, what: 'The schema' }, () =>
      buildTree(flat, settings),
    );
    const { canApply } = settings;
    if (canApply === undefined) return tree;
    const isApplicable = await withDeadline({ platform, milliseconds, signal, what: 'canApply' }, (vetoSignal) =>
      canApply(tree, this.#snapshot.tree, { signal: vetoSignal }),
    );
    if (!isApplicable) throw new ConfigClientError('CONFIG_REJECTED', 'canApply returned false.');
    return tree;
  }

  #confirm(differences: Partial<Snapshot>, answer: EnvironmentAnswer | UnchangedAnswer, change?: ChangeEvent): void {
    if (change !== undefined) this.#replaced = this.#snapshot.flat;
    this.#snapshot = { ...this.#snapshot, ...differences };
    this.#parts.freshness.confirm(answer);
    if (change !== undefined) this.#parts.emitter.emit('change', change);
  }

  #reject(answer: EnvironmentAnswer, merged: MarkedProperties, cause: unknown): Rejection {
    const error =
      cause instanceof ConfigClientError && cause.code !== 'CONFIG_UNAVAILABLE'
        ? cause
        : new ConfigClientError('CONFIG_REJECTED', withoutSecrets(rejectionText(cause), merged, this.#snapshot.flat), {
            cause,
          });
    this.#rejected = { merged, error };
    this.#parts.emitter.emitOrWarn('rejected', {
      code: error.code,
      reason: error.message,
      issues: error.issues,
      version: answer.version,
      digest: answer.digest,
      error,
    });
    return { kind: 'rejected', error };
  }
}

function rejectionText(cause: unknown): string {
  if (cause instanceof ConfigClientError) return cause.message;
  return `canApply threw: ${reasonOf(cause)}`;
}
