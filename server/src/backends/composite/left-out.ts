import { isConfigServerError } from '../../core/errors.js';
import type { Emit } from '../../core/events.js';
import type { Backend } from '../backend.js';
import type { Failed } from './outcomes.js';

/** Which parts were left out of answers; told once each and not for every request. */
export interface LeftOut {
  tell(found: readonly Backend[], failed: readonly Failed[]): void;
  /** Why `part` was left out of the newest answer; null where it was not, or where the request was to blame. */
  reasonOf(part: Backend): string | null;
}

export function createLeftOut(emit: Emit): LeftOut {
  const reasons = new Map<Backend, string>();
  const toldOfRequests = new Set<string>();

  const isNews = (part: Backend, { code, message, status }: Reason): boolean => {
    // Its text has what a client wrote, and there are as many as clients like.
    if (status < 500) {
      const key = `${part.name} ${code}`;
      return !toldOfRequests.has(key) && toldOfRequests.add(key).size > 0;
    }
    const before = reasons.get(part);
    reasons.set(part, message);
    return before !== message;
  };
  const report = ({ part, error }: Failed): void => {
    const reason = reasonOf(error);
    const { code, message, diagnostics } = reason;
    if (isNews(part, reason)) emit({ type: 'source-left-out', source: part.name, code, message, diagnostics });
  };
  return {
    tell(found, failed) {
      for (const part of found) reasons.delete(part);
      for (const failure of failed) report(failure);
    },
    reasonOf: (part) => reasons.get(part) ?? null,
  };
}

function reasonOf(error: unknown) {
  if (isConfigServerError(error)) {
    const { code, message, status, diagnostics } = error;
    return { code, message, status, diagnostics };
  }
  const diagnostics = { cause: String(error) };
  return { code: 'CONFIG_INTERNAL', message: 'The lookup failed.', status: 500, diagnostics } as const;
}

type Reason = ReturnType<typeof reasonOf>;
