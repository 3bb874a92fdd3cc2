/**
 * What was answered last to each principal for each target. Found by objects and the target alone, where the way round needs
 * keys to be made and looked up: for a client that asks the same again that is much of an answer.
 */
import type { Principal } from '../security/principal.js';
import type { AnyRequest } from './exchange.js';

export interface ShortCuts<T> {
  /** What was kept for such a request, if it was the last. Whether it still holds is not known here. */
  find(principal: Principal, request: AnyRequest): T | undefined;
  keep(principal: Principal, request: AnyRequest, value: T): void;
}

/** Past this many all are forgotten: they are soon found again. */
const mostShortCuts = 4096;

interface ShortCut<T> {
  readonly accept: string | undefined;
  readonly encodings: unknown;
  readonly instance: unknown;
  readonly value: T;
}

export function createShortCuts<T>(most: number = mostShortCuts): ShortCuts<T> {
  const targets = new Map<Principal, Map<string, ShortCut<T>>>();
  let count = 0;
  return {
    find(principal, { url = '', headers }) {
      const found = targets.get(principal)?.get(url);
      const isSame =
        found !== undefined &&
        found.accept === headers.accept &&
        found.encodings === headers['accept-encoding'] &&
        found.instance === headers['x-config-instance'];
      return isSame ? found.value : undefined;
    },
    keep(principal, { url = '', headers }, value) {
      if (count >= most) {
        targets.clear();
        count = 0;
      }
      const own = targets.get(principal) ?? new Map<string, ShortCut<T>>();
      targets.set(principal, own);
      if (!own.has(url)) count += 1;
      const { accept, 'accept-encoding': encodings, 'x-config-instance': instance } = headers;
      own.set(url, { accept, encodings, instance, value });
    },
  };
}
