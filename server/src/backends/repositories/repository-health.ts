import { isConfigServerError } from '../../core/errors.js';
import type { ConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { NamedHealth } from '../backend.js';
import type { Choice, Target } from './choices.js';
import type { OpenRepository } from './open-repositories.js';

/** How the repositories chosen by pattern fare, by their names in the settings. */
export interface RepositoryHealth {
  answered(name: string | null): void;
  failed(choice: Choice, error: unknown): void;
  failedToOpen(target: Target, error: ConfigServerError): void;
  report(open: readonly OpenRepository[]): readonly NamedHealth[];
}

export interface RepositoryHealthOptions {
  /** The source's name. */
  readonly name: string;
  readonly emit: Emit;
}

const mostReported = 100;

export function createRepositoryHealth({ name: source, emit }: RepositoryHealthOptions): RepositoryHealth {
  const errors = new Map<string, string>();
  return {
    answered(name) {
      if (name !== null) errors.delete(name);
    },
    failed({ name, fallsBack }, error) {
      // What a request asked for is not the repository's failure.
      if (name === null || !isConfigServerError(error) || error.status < 500) return;
      const { code, message, diagnostics } = error;
      if (fallsBack && errors.get(name) !== message)
        emit({ type: 'source-left-out', source: `${source}/${name}`, code, message, diagnostics });
      errors.set(name, message);
    },
    failedToOpen({ name }, { message, diagnostics }) {
      if (name === null) return;
      errors.set(name, message);
      emit({ type: 'source-failed', source: `${source}/${name}`, message, diagnostics });
    },
    report(open) {
      const healths = new Map<string, NamedHealth>();
      for (const { target, backend } of open) {
        if (target.name === null) continue;
        const { ready, lastSuccess, error } = backend.health();
        healths.set(target.name, worse({ name: target.name, ready, lastSuccess, error }, healths.get(target.name)));
      }
      for (const [name, error] of errors) {
        const { ready = false, lastSuccess = null } = healths.get(name) ?? {};
        healths.set(name, { name, ready, lastSuccess, error });
      }
      return [...healths.values()].slice(0, mostReported);
    },
  };
}

/** Of the repositories that one entry with placeholders has opened: all ready, the oldest check, any error. */
function worse(one: NamedHealth, other: NamedHealth | undefined): NamedHealth {
  if (other === undefined) return one;
  const { lastSuccess } = one;
  return {
    name: one.name,
    ready: one.ready && other.ready,
    lastSuccess: lastSuccess === null || other.lastSuccess === null ? null : Math.min(lastSuccess, other.lastSuccess),
    error: one.error ?? other.error,
  };
}
